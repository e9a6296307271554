/* The items of a list that nobody else sees yet: filled without a call for each. */
#ifndef SUBWORD_LISTS_H
#define SUBWORD_LISTS_H

#include <Python.h>

static inline PyObject **items_of(PyObject *list) { return ((PyListObject *)list)->ob_item; }

static inline void count_reference(PyObject *item) { Py_INCREF(item); }

#endif
