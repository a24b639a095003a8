import dataclasses


def f(a: int, *b: "str") -> float:
    c: unknown = a
    return c


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.5

    def __matmul__(self, other):
        return self.x * other.x + self.y * other.y


steps: list = []
print(f.__annotations__, __annotations__, Point(1) @ Point(2, y=3.0), Point(4), f(5))


def kind(value):
    match value:
        case [a, b, *rest] if a > 0:
            return a + b, rest
        case {"k": x, **rest}:
            return x * 2, rest
        case Point(x=1, y=y):
            return y
        case int() | float() as n:
            return n
        case _:
            return None


print([kind(value) for value in ([1, 2, 3], {"k": 4, "z": 1}, Point(1), 5, "s")])
