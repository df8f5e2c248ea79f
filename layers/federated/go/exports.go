// Package main is libwefe.so, the Go library of the federated computation: modular exponentiation of numbers that are
// too large for a machine word. A layer's hook builds it with -buildmode=c-shared.
//
// Every text is NUL-terminated. Texts that come in stay the caller's; texts that go out, results and errors alike, are
// the caller's too, who gives each back with Free.
package main

/*
#include <stdlib.h>
*/
import "C"

import "unsafe"

// ModExp returns base**exponent mod modulus. On an error it returns NULL and puts the error's text into *failure.
//
//export ModExp
func ModExp(base, exponent, modulus *C.char, failure **C.char) *C.char {
	result, err := taskOf(base, exponent, modulus).compute()
	if err != nil {
		*failure = C.CString(err.Error())
		return nil
	}
	return C.CString(result)
}

// ModExpBatch does count of them, on all processors, and puts the results into the count places of results. On an
// error, whose text names the row (from 0), it returns 0, puts the text into *failure and leaves results untouched; else
// it returns 1.
//
//export ModExpBatch
func ModExpBatch(bases, exponents, moduli **C.char, count C.size_t, results, failure **C.char) C.int {
	if count == 0 {
		return 1
	}
	texts := func(first **C.char) []*C.char { return unsafe.Slice(first, int(count)) }
	tasks := make([]task, int(count))
	for row := range tasks {
		tasks[row] = taskOf(texts(bases)[row], texts(exponents)[row], texts(moduli)[row])
	}
	found, err := computeAll(tasks)
	if err != nil {
		*failure = C.CString(err.Error())
		return 0
	}
	for row, result := range found {
		texts(results)[row] = C.CString(result)
	}
	return 1
}

// Free gives back a text that came out of this library; NULL is none.
//
//export Free
func Free(text *C.char) {
	C.free(unsafe.Pointer(text))
}

// taskOf copies the texts, so that nothing of the caller's is kept. NULL is the empty text.
func taskOf(base, exponent, modulus *C.char) task {
	return task{C.GoString(base), C.GoString(exponent), C.GoString(modulus)}
}

func main() {}
