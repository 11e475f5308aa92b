"""What an identity may do, in each cloud's own terms and in the same answers.

In: role assignments of Azure or bindings of Google Cloud (:mod:`ringfence.model.assignments`), the
identity, and what is known of the scopes. Out: a :class:`~.statements.Granted`, which answers
questions as :mod:`ringfence.permissions.evaluate` does, and holds the
:class:`~ringfence.model.contract.Grant` records that are held against needs.

``azure`` and ``google`` make grants; ``azure_roles`` and ``google_roles`` know the roles that the
clouds ship, ``places`` what lies in what, ``members`` whom a binding means, ``conditions`` the
plain conditions of Google Cloud. ``statements`` decides. ``interface`` is what differs between
clouds for whoever compares grants with needs; ``aws`` is that for IAM policies.

Actions of Azure are written with their plane: ``data:…`` for the data plane, ``cosmos:…`` for
Cosmos DB's own, plain for the control plane. The resources of a grant are scopes: everything below
them is meant, but for ``not_resources`` (``SCOPE/*`` there: the scope alone). Both ``actions`` and
``not_actions`` mean the first without the second; neither means that nothing is known of the role.
"""
