package main

import (
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"strings"
	"sync"
)

// task is one modular exponentiation, its numbers as they came: hexadecimal digits, a sign before them where needed.
type task struct{ base, exponent, modulus string }

// compute returns base**exponent mod modulus, between 0 and modulus-1, in hexadecimal.
//
// A negative exponent asks for the inverse. Whatever is wrong is an error: a panic would end the whole process, which
// is Python's.
func (t task) compute() (result string, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("the computation failed: %v", cause)
		}
	}()
	base, err := number("base", t.base)
	if err != nil {
		return "", err
	}
	exponent, err := number("exponent", t.exponent)
	if err != nil {
		return "", err
	}
	modulus, err := number("modulus", t.modulus)
	if err != nil {
		return "", err
	}
	if modulus.Sign() <= 0 {
		return "", errors.New("modulus must be positive")
	}
	power := new(big.Int).Exp(base, exponent, modulus)
	if power == nil {
		return "", errors.New("exponent is negative and base has no inverse for the modulus")
	}
	return power.Text(16), nil
}

// number reads hexadecimal digits. What is not a number is not repeated in the error: it may be a secret.
func number(name, digits string) (*big.Int, error) {
	// SetString would take underscores and a + too.
	if strings.Trim(strings.TrimPrefix(digits, "-"), "0123456789abcdef") == "" {
		if value, ok := new(big.Int).SetString(digits, 16); ok {
			return value, nil
		}
	}
	return nil, fmt.Errorf("%s is not a number in hexadecimal digits", name)
}

// computeAll does every task, on all processors; the first error by position is the one returned, and no result then.
func computeAll(tasks []task) ([]string, error) {
	results := make([]string, len(tasks))
	failures := make([]error, len(tasks))
	positions := make(chan int)
	var workers sync.WaitGroup
	for n := 0; n < runtime.GOMAXPROCS(0) && n < len(tasks); n++ {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for position := range positions {
				results[position], failures[position] = tasks[position].compute()
			}
		}()
	}
	for position := range tasks {
		positions <- position
	}
	close(positions)
	workers.Wait()
	for position, err := range failures {
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", position, err)
		}
	}
	return results, nil
}
