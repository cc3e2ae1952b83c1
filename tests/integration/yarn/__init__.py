"""What Hadoop's own schedulers grant, recorded for the tests of `pertract.simulate.yarn`.

`cases` describes clusters and applications, `Grants.java` asks a ResourceManager of Hadoop's test library,
whose nodes are only names that send heartbeats, and ``python -m tests.integration.yarn OUT.json`` records the
answers.
"""
