"""A docstring."""
from __future__ import annotations
import asyncio, contextlib, functools, math, sys
print(__doc__, __name__)
log = []
def say(x):
    log.append(x)
    return x
class Box:
    """Doc."""
    count = 0
    rates = [r * 2 for r in (1, 2)]
    for k in range(3):
        count += k
    def __init__(self, v):
        self.v = v
        self.__secret = [v, v]
        self.__secret[0] += 1
        self.__n = 1
        self.__n += 2
    @property
    def secret(self):
        say("get")
        return self.__secret
    @secret.setter
    def secret(self, value):
        say(("set", value))
        self.__secret = value
    @staticmethod
    def twice(x): return 2 * x
    @classmethod
    def make(cls, *a, **k): return cls(*a, **k)
    def __add__(self, other):
        for i in range(3):
            if i == 1:
                return Box(self.v + other.v)
    def __iadd__(self, other):
        say("iadd"); self.v += other; return self
    def __getitem__(self, k): say(("item", k)); return self.v
    def __setitem__(self, k, v): say(("store", k, v))
    def total(self): return self.__n
class Child(Box):
    def __init__(self, v):
        super().__init__(v + 1)
        self.w = super().total()
b = Child(3); b.secret = [1, 2]; b.secret[0] += 5
print(b.secret, b.v, b.w, Box.count, Box.rates, (b + Box.make(4)).v, Box.twice(3), Box.__doc__, b.total())
b += 2
b[say(1):say(2), ..., None] = say(3)
b[say("k")] += say(1)
print(b.v, b[::2], log); log.clear()
d = {"a": 1, "b": [1, 2, [3, 4]]}
d["b"][2][say(1)] *= say(2) + 1
d["a"], (d["c"], *rest), b.v = say(10), (20, 30, 40), 50
x = y = d["z"] = [0] * 3
x[0], y[1] = 1, 2
i, x[i] = 2, 9
print(d, rest, b.v, x, y, i, log); log.clear()
def gen(n):
    total = 0
    for i in range(n):
        got = yield i * i
        if got: total += got
        while total > 5:
            total -= 1
            yield -total
    return total
def delegating():
    r = yield from gen(4)
    yield ("done", r)
g = delegating(); out = [next(g)]
try:
    while True: out.append(g.send(3))
except StopIteration as e:
    out.append(e.value)
print(out)
def outer(a, /, b=2, *c, d=4, **e):
    n = 0
    def inner(q):
        nonlocal n
        global G
        G = q
        n += q
        return [n * z for z in c if (w := z) > 0]
    r = inner(a), inner(b)
    return r, n, d, sorted(e.items()), G
print(outer(1, 2, 3, -4, 5, d=6, f=7, node=8, function=9))
print([(lambda p, q=2: p ** q)(v) for v in range(3)], sorted([3, 1, 2], key=lambda t: -t))
print({k: v for k, v in zip("ab", [1, 2])}, {s % 2 for s in range(5)}, sum(j for j in range(5) if j % 2), [[u * v for u in range(2)] for v in range(3)])
for a in range(5):
    if a == 1: continue
    for c in range(5):
        if c == 2: break
    else:
        print("never")
    if a == 3: break
else:
    print("never")
else_ran = False
while a < 6:
    a += 1
else:
    else_ran = True
print(a, c, else_ran)
def tried(n):
    try:
        for i in range(3):
            if n == 1: return "returned"
            if n == 2: raise ValueError(i)
            if n == 3: 1 / 0
    except ValueError as err:
        return ("value", err.args)
    except ZeroDivisionError:
        pass
    else:
        return "else"
    finally:
        say("finally")
    return "end"
print([tried(n) for n in range(4)], log); log.clear()
@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(30))
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
print(deep(900))
try:
    deep(10**6)
except RecursionError: print("recursion")
@contextlib.contextmanager
def ctx(v):
    yield v, v + 1
with ctx(1) as (p, d["p"]), ctx(5) as q:
    print(p, d["p"], q)
async def co(n):
    await asyncio.sleep(0)
    return [m async for m in agen(n)]
async def agen(n):
    for m in range(n):
        yield m * 2
print(asyncio.run(co(3)))
print(f"{math.pi:.{2 + 1}f} {d['a']!r:>5} {[z for z in range(2)]}", "%d" % 3, 1 < 2 < 3, not 1, -(-2), 0 or 5, 1 if d else 2)
def loc():
    v = 1
    return list(locals()), vars(), dir(), [sorted(locals()) for _ in range(1)]
print(loc(), "x" in globals(), sorted(k for k in globals() if not k.isidentifier()))
print(eval("x[0] + 1"), [*map(lambda z: z + 1, range(3))], max([1, 5, 3], key=lambda m: -m))
def star(*args, **kw): return args, kw
print(star(*[1, 2], 3, **{"k": 4}, m=5))
a: int = 5
b.v: float = 6.5
del x[0], d["a"]
print(a, b.v, x, d, 10 ** 400 > 1, float("nan") != 1, True + True, 1j * 1j, "s" * 2, [1, 2] + [3], b"x"[0])
n: int
def unbound():
    try:
        zz += 1
    except UnboundLocalError as e: return type(e).__name__
print(unbound())
assert a == 5, "m"
lst = [1, 2, 3]
lst[1:2] = [7, 8]; lst[-1] += 1; lst += [5]
print(lst, lst[-1], lst[::-1])
m = [[0.0] * 3 for _ in range(2)]
for r in range(2):
    for s in range(3):
        m[r][s] += r * s
print(m)
print(*(v for v in range(3)), sep="-", end="!\n", file=sys.stdout)
print([z for z in map(lambda v: v + 1, [1, 2])], (lambda: [k for k in range(3) if (h := k)])())
class Counted:
    steps = [s for s in map(lambda v: v * 2, range(3))]
print(Counted.steps, "ä€" + f"{'é' * 2}", [len(w) for w in ("ä€", "b")])
