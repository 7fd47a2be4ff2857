"""The small runs that pages make themselves: one module each, named after its line and its page.

Verdicts come from lab.experiments, which these make way for as soon as their pages read results.

Each says what it claims, what is compared, and its outcome, one number a run. All have

    ARMS                      what is compared: name -> norm, or what else makes the difference
    run(arm, seed, ...)       one training, as the page looks at it
    outcome(arm, seed, ...)   its number, a float

and tuned(arm, ...), where each arm chooses a setting of its own; test data take no part in that.
After the seed comes what was tuned, then conditions and data, with the claim's as defaults, then
options of the training loop that differ from `BUDGET`, such as `steps` for a smaller one.
"""
