"""Faulty implementations: the functions of each problem set with known mistakes as switches.

Each module has `implementation(*mistakes)`: without mistakes it equals the reference.
The diagnosis compares students' answers with theirs, and the tests use them as mutants.
"""
