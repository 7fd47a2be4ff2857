"""What each problem set asks: its checks, the mistakes that it teaches, and faulty implementations.

A folder a set. `grader.checking` finds them by name; people who add an exercise work here.
All of it is trusted, and none of it enters a student's process but the drivers' source.
"""
