"""A deployed application without a cloud: its resources in a fake one, its functions' code in
processes, the platform's own calls played, and a relay in between that decides every call.

Goes in: the folder of an application, the place where it is deployed, and a case file that says
what its functions are called with. Comes out: every request that was decided, with its policies.
The test of the example and ``bench/proof.py`` share it.
"""
