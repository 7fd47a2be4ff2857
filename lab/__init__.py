"""What the chapters share. A module imports only from lines below its own.

book  web                  Sphinx extensions: what runs the pages, and what is in them
claims                     what pages run themselves of the claims that are measured by training
experiments                each such claim as a programme: what is run, what counts, what matters
standardised  four_lines   the measurements behind the other claims
measures                   what is read off a history or a network
training  transformer      the one training loop; a network for one page
networks                   what several experiments train
evidence                   runs the experiments, keeps their results, and judges
letters  conventions  processes  costs  explorables    what some pages need
samples                    draws of data, one for each repetition
datasets  figures  prose   the data, the one figure style, numbers for the text

Only `web.mistakes`, which shows what checks say, imports anything of `grader`.
Both rules are contracts in pyproject.toml, held by `make lint`.
"""
