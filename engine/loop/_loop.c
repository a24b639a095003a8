/* Runs lists of calls over buffers that stay where they are, many iterations at a time.
 *
 * The numbers are made by NumPy's own inner loops, found through the public PyUFuncObject, so
 * they are to the last bit those of the ufuncs called from Python. Nothing is checked here:
 * engine/loop/calls.py checks each call and describes it as a row of integers. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

#include <fenv.h>
#include <math.h>
#include <string.h>

enum { APPLY, REDUCE, TAKE, PICK, APPEND, COUNT, LEAVE };

/* One row of a list, filled in by `Row.words` of calls.py in this order; each field is as wide
 * as a pointer. What a field means for a kind stands where the kind is run. */
typedef struct {
    npy_intp kind;
    npy_intp period; /* runs in iterations divisible by it */
    PyUFuncGenericFunction function;
    void *data;
    char *at[4];
    npy_intp dims[4];
    npy_intp steps[9];
    npy_intp outer;
    npy_intp outer_steps[4];
    npy_intp extra[4];
} Call;

_Static_assert(sizeof(void *) == sizeof(npy_intp) && sizeof(PyUFuncGenericFunction) == sizeof(void *),
               "a row of integers holds addresses");

/* ---- inner loops that NumPy has not as ufuncs ---- */

#define LOOP(name, nargs, body)                                                        \
    static void name(char **at, npy_intp const *n, npy_intp const *steps, void *data)  \
    {                                                                                  \
        char *a[nargs];                                                                \
        (void)data;                                                                    \
        memcpy(a, at, sizeof a);                                                       \
        for (npy_intp i = *n; i > 0; i--) {                                            \
            body;                                                                      \
            for (int k = 0; k < nargs; k++)                                            \
                a[k] += steps[k];                                                      \
        }                                                                              \
    }

LOOP(copy_double, 2, memcpy(a[1], a[0], sizeof(double)))
LOOP(copy_bool, 2, *a[1] = *a[0])
LOOP(cast_bool, 2, *(double *)a[1] = *a[0] ? 1.0 : 0.0)
LOOP(choose_double, 4, memcpy(a[3], *a[0] ? a[1] : a[2], sizeof(double)))
LOOP(choose_bool, 4, *a[3] = *a[0] ? *a[1] : *a[2])
LOOP(erf_double, 2, *(double *)a[1] = erf(*(double *)a[0]))

static const struct {
    const char *name;
    PyUFuncGenericFunction function;
} own[] = {
    {"copy d to d", copy_double}, {"copy ? to ?", copy_bool}, {"copy ? to d", cast_bool},
    {"where d", choose_double},   {"where ?", choose_bool},
    {"erf d to d", erf_double},
};

/* ---- one call ---- */

static void apply(Call *c)
{
    if (c->dims[0] == 0)
        return;
    if (c->outer == 1) {
        c->function(c->at, c->dims, c->steps, c->data);
        return;
    }
    char *at[4];
    memcpy(at, c->at, sizeof at);
    for (npy_intp i = 0; i < c->outer; i++) {
        c->function(at, c->dims, c->steps, c->data);
        for (int k = 0; k < 4; k++)
            at[k] += c->outer_steps[k];
    }
}

/* at: out, x, out, the value to start from; extra: numbers in out, bytes between, bytes of one,
 * how many numbers are taken at once. */
static void reduce(Call *c)
{
    for (npy_intp i = 0; i < c->extra[0]; i++)
        memcpy(c->at[0] + i * c->extra[1], c->at[3], (size_t)c->extra[2]);
    for (npy_intp i = 0; i < c->outer; i++)
        for (npy_intp done = 0, n; done < c->dims[0]; done += n) {
            char *at[3];
            n = c->dims[0] - done < c->extra[3] ? c->dims[0] - done : c->extra[3];
            for (int k = 0; k < 3; k++)
                at[k] = c->at[k] + i * c->outer_steps[k] + done * c->steps[k];
            c->function(at, &n, c->steps, c->data);
        }
}

/* at: table, indices, out; dims: how many; extra: rows of the table, bytes of a row. */
static void take(Call *c)
{
    const npy_intp *indices = (npy_intp *)c->at[1];
    size_t bytes = (size_t)c->extra[1];
    for (npy_intp i = 0; i < c->dims[0]; i++) {
        npy_intp row = indices[i];
        row = row < 0 ? 0 : row >= c->extra[0] ? c->extra[0] - 1 : row;
        memcpy(c->at[2] + (size_t)i * bytes, c->at[0] + (size_t)row * bytes, bytes);
    }
}

/* at: orders, indices; dims: how many; extra: epochs in orders, observations, batch, batches. */
static void pick(Call *c, npy_intp iteration)
{
    npy_intp row = iteration / c->extra[3] % c->extra[0];
    npy_intp start = row * c->extra[1] + iteration % c->extra[3] * c->extra[2];
    memcpy(c->at[1], (npy_intp *)c->at[0] + start, (size_t)c->dims[0] * sizeof(npy_intp));
}

/* ---- the loop ---- */

typedef struct {
    Call *calls;
    npy_intp size;
} List;

typedef struct {
    npy_intp iteration, position;
} Clock;

/* Returns whether a halt was met. */
static int run_calls(const List *lists, npy_intp period, Clock *now, Clock end)
{
    while (now->iteration < end.iteration || now->position < end.position) {
        npy_intp iteration = now->iteration, position = now->position;
        const List *list = &lists[iteration % period == period - 1];
        npy_intp limit = iteration == end.iteration ? end.position : list->size;
        while (position < limit) {
            Call *c = &list->calls[position];
            position++;
            if (c->period > 1 && iteration % c->period)
                continue;
            switch (c->kind) {
            case APPLY:
                apply(c);
                break;
            case REDUCE:
                reduce(c);
                break;
            case TAKE:
                take(c);
                break;
            case PICK:
                pick(c, iteration);
                break;
            case APPEND: /* at: value, ring; dims: numbers in the ring; extra: bytes of one */
                memcpy(c->at[1] + iteration % c->dims[0] * c->extra[0], c->at[0],
                       (size_t)c->extra[0]);
                break;
            case COUNT: /* at: out */
                *(double *)c->at[0] = (double)iteration;
                break;
            case LEAVE: /* at: condition */
                if (*c->at[0]) {
                    now->position = position;
                    return 1;
                }
                break;
            }
        }
        if (iteration == end.iteration) {
            now->position = position;
            break;
        }
        now->iteration++;
        now->position = 0;
    }
    return 0;
}

/* ---- what Python sees ---- */

static int get_list(PyObject *table, List *list)
{
    const npy_intp width = sizeof(Call) / sizeof(npy_intp);
    if (!PyArray_Check(table) || PyArray_TYPE((PyArrayObject *)table) != NPY_INTP ||
        PyArray_NDIM((PyArrayObject *)table) != 2 || !PyArray_ISCARRAY((PyArrayObject *)table) ||
        PyArray_DIM((PyArrayObject *)table, 1) != width) {
        PyErr_Format(PyExc_ValueError, "a list is an array of rows of %zd integers",
                     (Py_ssize_t)width);
        return -1;
    }
    list->calls = PyArray_DATA((PyArrayObject *)table);
    list->size = PyArray_DIM((PyArrayObject *)table, 0);
    return 0;
}

static PyObject *run(PyObject *self, PyObject *args)
{
    PyObject *tables[2];
    List lists[2];
    Py_ssize_t period, first, position, last, until;
    int is_halted;
    (void)self;
    if (!PyArg_ParseTuple(args, "OOnnnnn", &tables[0], &tables[1], &period, &first, &position,
                          &last, &until))
        return NULL;
    if (get_list(tables[0], &lists[0]) < 0 || get_list(tables[1], &lists[1]) < 0)
        return NULL;
    Clock now = {first, position}, end = {last, until};
    Py_BEGIN_ALLOW_THREADS
    is_halted = run_calls(lists, period, &now, end);
    feclearexcept(FE_ALL_EXCEPT);
    Py_END_ALLOW_THREADS
    return Py_BuildValue("nnN", (Py_ssize_t)now.iteration, (Py_ssize_t)now.position,
                         PyBool_FromLong(is_halted));
}

static PyObject *inner_loop(PyObject *self, PyObject *args)
{
    PyObject *ufunc;
    Py_ssize_t index;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!n", &PyUFunc_Type, &ufunc, &index))
        return NULL;
    PyUFuncObject *u = (PyUFuncObject *)ufunc;
    if (index < 0 || index >= u->ntypes) {
        PyErr_SetString(PyExc_IndexError, "the ufunc has no such loop");
        return NULL;
    }
    return Py_BuildValue("NN", PyLong_FromVoidPtr((void *)u->functions[index]),
                         PyLong_FromVoidPtr(u->data ? (void *)u->data[index] : NULL));
}

static PyObject *own_loop(PyObject *self, PyObject *name)
{
    const char *wanted = PyUnicode_AsUTF8(name);
    (void)self;
    if (!wanted)
        return NULL;
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (!strcmp(wanted, own[i].name))
            return Py_BuildValue("Ni", PyLong_FromVoidPtr((void *)own[i].function), 0);
    PyErr_Format(PyExc_KeyError, "no loop %s", wanted);
    return NULL;
}

static PyMethodDef methods[] = {
    {"run", run, METH_VARARGS, "Run lists of calls from one clock time to another."},
    {"inner_loop", inner_loop, METH_VARARGS, "Return the addresses of a ufunc's loop and data."},
    {"own_loop", own_loop, METH_O, "Return the addresses of a loop of this module and its data."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_loop", "The loop over calls, without the GIL.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__loop(void)
{
    import_array();
    import_ufunc();
    PyObject *made = PyModule_Create(&module);
    if (!made)
        return NULL;
    static const struct {
        const char *name;
        int value;
    } constants[] = {
        {"APPLY", APPLY}, {"REDUCE", REDUCE}, {"TAKE", TAKE}, {"PICK", PICK},
        {"APPEND", APPEND}, {"COUNT", COUNT}, {"LEAVE", LEAVE},
    };
    for (size_t i = 0; i < sizeof constants / sizeof *constants; i++)
        if (PyModule_AddIntConstant(made, constants[i].name, constants[i].value) < 0) {
            Py_DECREF(made);
            return NULL;
        }
    return made;
}
