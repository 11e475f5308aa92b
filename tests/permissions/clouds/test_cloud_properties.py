"""Laws of role assignments: more roles never give less, a deny wins, the order counts for nothing."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from ringfence.model.assignments import (
    AllowPolicy,
    Binding,
    DenyAssignment,
    DenyPolicy,
    DenyRule,
    ManagedIdentity,
    PermissionRole,
    RoleAssignment,
    RoleDefinition,
    RolePermissions,
    ScopeTree,
    ServiceAccount,
)
from ringfence.permissions.clouds import azure, google
from ringfence.permissions.clouds.conditions import Request, holds
from ringfence.permissions.clouds.members import Members
from ringfence.permissions.clouds.places import GooglePlaces
from ringfence.permissions.evaluate import Verdict

RANK = {Verdict.DENIED: 0, Verdict.DEPENDS: 1, Verdict.ALLOWED: 2}
EVERYONE = "00000000-0000-0000-0000-000000000000"
GROUP = "/providers/Microsoft.Management/managementGroups/g"

# --- Azure ---

ACTIONS = st.sampled_from(
    ["*", "*/read", "A/*", "a/X/read", "A/x/write", "B/y/read", "data:A/x/read"]
)
SCOPES = st.sampled_from(
    ["/", GROUP, "/subscriptions/s", "/subscriptions/t", "/subscriptions/s/resourceGroups/r", ""]
)
PLAIN = st.sampled_from(["*", "*/read", "A/*", "A/x/read", "A/x/write"])
PARTS = st.builds(
    RolePermissions,
    st.lists(PLAIN, max_size=2).map(tuple),
    st.lists(PLAIN, max_size=1).map(tuple),
    st.lists(PLAIN, max_size=1).map(tuple),
    st.lists(PLAIN, max_size=1).map(tuple),
    st.sampled_from(["", "", "a condition"]),
)
ROLES = [str(number) for number in range(3)]
DEFINITIONS = st.lists(st.lists(PARTS, min_size=1, max_size=2), min_size=3, max_size=3).map(
    lambda parts: [RoleDefinition(f"R{n}", str(n), tuple(part)) for n, part in enumerate(parts)]
)
PRINCIPALS = st.sampled_from(["me", "you", "team", ""])
ASSIGNMENTS = st.builds(
    RoleAssignment,
    PRINCIPALS,
    st.sampled_from([*ROLES, "unknown"]),
    SCOPES,
    st.sampled_from(["", "Group", "ServicePrincipal"]),
    st.sampled_from(["", "", "a condition"]),
    certain=st.booleans(),
)
DENIES = st.builds(
    DenyAssignment,
    st.just("d"),
    SCOPES,
    st.lists(st.sampled_from(["me", "team", EVERYONE]), max_size=2).map(tuple),
    st.lists(PARTS, min_size=1, max_size=2).map(tuple),
    st.lists(st.sampled_from(["me", "team", "you"]), max_size=1).map(tuple),
    st.booleans(),
)
TREES = st.sampled_from(
    [ScopeTree(), ScopeTree((("/subscriptions/s", GROUP), (GROUP, "/"), ("/subscriptions/t", "/")))]
)
ME = st.builds(ManagedIdentity, st.just("me"), st.sampled_from([(), ("team",)]), st.booleans())
ASKED = st.tuples(
    ACTIONS,
    st.sampled_from(
        ["/subscriptions/s/resourceGroups/r/x", "/subscriptions/t", GROUP, "*", "/subscriptions/*"]
    ),
)


@given(
    ME,
    st.lists(ASSIGNMENTS, max_size=4),
    ASSIGNMENTS,
    DEFINITIONS,
    st.lists(DENIES, max_size=2),
    TREES,
    ASKED,
)
def test_azure_one_more_assignment_gives_no_less(
    me, assigned, more, roles, denies, tree, asked
) -> None:
    before = azure.granted(me, assigned, roles, denies, tree).answer(*asked)
    after = azure.granted(me, [*assigned, more], roles, denies, tree).answer(*asked)
    assert RANK[after.verdict] >= RANK[before.verdict]


@given(
    ME,
    st.lists(ASSIGNMENTS, max_size=4),
    DEFINITIONS,
    st.lists(DENIES, max_size=2),
    DENIES,
    TREES,
    ASKED,
)
def test_azure_one_more_deny_gives_no_more(me, assigned, roles, denies, more, tree, asked) -> None:
    before = azure.granted(me, assigned, roles, denies, tree).answer(*asked)
    after = azure.granted(me, assigned, roles, [*denies, more], tree).answer(*asked)
    assert RANK[after.verdict] <= RANK[before.verdict]


@given(
    ME, st.lists(ASSIGNMENTS, max_size=4), DEFINITIONS, st.lists(DENIES, max_size=2), TREES, ASKED
)
def test_azure_a_deny_of_everything_wins(me, assigned, roles, denies, tree, asked) -> None:
    everything = RolePermissions(actions=("*",), data_actions=("*",))
    last = DenyAssignment("all", "/", (EVERYONE,), (everything,))
    answer = azure.granted(me, assigned, roles, [*denies, last], tree).answer(*asked)
    assert answer.verdict is Verdict.DENIED


@given(
    ME,
    st.permutations(range(4)),
    st.lists(ASSIGNMENTS, min_size=4, max_size=4),
    DEFINITIONS,
    st.lists(DENIES, max_size=3),
    TREES,
    ASKED,
)
def test_azure_order_counts_for_nothing(me, order, assigned, roles, denies, tree, asked) -> None:
    one = azure.granted(me, assigned, roles, denies, tree)
    other = azure.granted(me, [assigned[at] for at in order], roles[::-1], denies[::-1], tree)
    assert one.grants == other.grants
    assert one.answer(*asked) == other.answer(*asked)


CONCRETE = ["A/x/read", "A/x/write", "B/y/read"]


@given(st.lists(PARTS, min_size=1, max_size=2), st.sampled_from(CONCRETE), st.booleans())
def test_azure_roles_give_what_a_plain_reading_gives(parts, action, data) -> None:
    given_by = [
        any(fnmatchcase(action, item) for item in (part.data_actions if data else part.actions))
        and not any(
            fnmatchcase(action, item)
            for item in (part.not_data_actions if data else part.not_actions)
        )
        for part in parts
        if not part.condition
    ]
    role = RoleDefinition("R", "r", tuple(part for part in parts if not part.condition))
    granted = azure.granted(ManagedIdentity("me"), [RoleAssignment("me", "r", "/")], [role])
    found = granted.answer(f"data:{action}" if data else action, "/subscriptions/s").verdict
    assert found is (Verdict.ALLOWED if any(given_by) else Verdict.DENIED)


@given(
    ME,
    st.lists(ASSIGNMENTS, max_size=4),
    DEFINITIONS,
    st.lists(DENIES, max_size=2),
    TREES,
    st.sampled_from(CONCRETE),
)
def test_azure_an_answer_about_a_pattern_holds_for_its_members(
    me, assigned, roles, denies, tree, action
) -> None:
    granted = azure.granted(me, assigned, roles, denies, tree)
    whole = granted.answer("*", "/subscriptions/s/*").verdict
    one = granted.answer(action, "/subscriptions/s/resourceGroups/r/x").verdict
    assert whole is Verdict.DEPENDS or one is whole


# --- Google Cloud ---

ACCOUNT = "fn@shop.iam.gserviceaccount.com"
OWN = "principal://iam.googleapis.com/projects/-/serviceAccounts/" + ACCOUNT
TOPIC = "//pubsub.googleapis.com/projects/shop/topics/t"
CUSTOM = [
    PermissionRole("projects/shop/roles/a", ("pubsub.topics.publish", "storage.objects.get")),
    PermissionRole("projects/shop/roles/b", ("pubsub.topics.get",)),
]
BINDINGS = st.builds(
    Binding,
    st.sampled_from(
        [
            "projects/shop/roles/a",
            "projects/shop/roles/b",
            "roles/editor",
            "roles/x",
            "roles/pubsub.publisher",
        ]
    ),
    st.lists(
        st.sampled_from([f"serviceAccount:{ACCOUNT}", "user:a@b.c", "group:g@b.c", "allUsers"]),
        max_size=2,
    ).map(tuple),
    st.sampled_from(["", "", 'resource.name.startsWith("projects/shop/topics/t")', "x()", "false"]),
    certain=st.booleans(),
)
PLACES = st.sampled_from(["projects/shop", "folders/1", "organizations/9", TOPIC, "projects/other"])
POLICIES = st.builds(AllowPolicy, PLACES, st.lists(BINDINGS, max_size=2).map(tuple))
RULES = st.builds(
    DenyRule,
    st.lists(
        st.sampled_from([OWN, "principalSet://goog/public:all", "principalSet://goog/group/g@b.c"]),
        max_size=2,
    ).map(tuple),
    st.lists(
        st.sampled_from(["pubsub.googleapis.com/topics.publish", "pubsub.googleapis.com/*.*"]),
        max_size=2,
    ).map(tuple),
    st.lists(st.sampled_from([OWN, "principalSet://goog/group/g@b.c"]), max_size=1).map(tuple),
    st.lists(st.just("pubsub.googleapis.com/topics.get"), max_size=1).map(tuple),
    st.sampled_from(["", "resource.matchTag('a', 'b')"]),
)
DENY_POLICIES = st.builds(DenyPolicy, st.just("d"), PLACES, st.lists(RULES, max_size=2).map(tuple))
GOOGLE_TREES = st.sampled_from(
    [ScopeTree(), ScopeTree((("projects/shop", "folders/1"), ("folders/1", "organizations/9")))]
)
ACCOUNTS = st.builds(
    ServiceAccount,
    st.just(ACCOUNT),
    groups=st.sampled_from([(), ("g@b.c",)]),
    groups_known=st.booleans(),
)
QUESTIONS = st.tuples(
    st.sampled_from(
        ["pubsub.topics.publish", "pubsub.topics.get", "pubsub.*", "storage.objects.get", "*"]
    ),
    st.sampled_from([TOPIC, "projects/shop", "folders/1", "*", TOPIC + "*"]),
)


@given(
    ACCOUNTS,
    st.lists(POLICIES, max_size=3),
    POLICIES,
    st.lists(DENY_POLICIES, max_size=2),
    GOOGLE_TREES,
    QUESTIONS,
)
def test_google_one_more_policy_gives_no_less(account, policies, more, denies, tree, asked) -> None:
    before = google.granted(account, policies, CUSTOM, denies, tree).answer(*asked)
    after = google.granted(account, [*policies, more], CUSTOM, denies, tree).answer(*asked)
    assert RANK[after.verdict] >= RANK[before.verdict]


@given(
    ACCOUNTS,
    st.lists(POLICIES, max_size=3),
    st.lists(DENY_POLICIES, max_size=2),
    DENY_POLICIES,
    GOOGLE_TREES,
    QUESTIONS,
)
def test_google_one_more_deny_gives_no_more(account, policies, denies, more, tree, asked) -> None:
    before = google.granted(account, policies, CUSTOM, denies, tree).answer(*asked)
    after = google.granted(account, policies, CUSTOM, [*denies, more], tree).answer(*asked)
    assert RANK[after.verdict] <= RANK[before.verdict]


@given(ACCOUNTS, st.lists(POLICIES, max_size=4), st.lists(DENY_POLICIES, max_size=1), GOOGLE_TREES)
def test_google_a_deny_at_the_project_wins(account, policies, denies, tree) -> None:
    rule = DenyRule(("principalSet://goog/public:all",), ("pubsub.googleapis.com/*.*",))
    last = DenyPolicy("all", "projects/shop", (rule,))
    granted = google.granted(account, policies, CUSTOM, [*denies, last], tree)
    assert granted.answer("pubsub.topics.publish", TOPIC).verdict is Verdict.DENIED


@given(
    ACCOUNTS,
    st.permutations(range(3)),
    st.lists(POLICIES, min_size=3, max_size=3),
    st.lists(DENY_POLICIES, max_size=3),
    GOOGLE_TREES,
    QUESTIONS,
)
def test_google_order_counts_for_nothing(account, order, policies, denies, tree, asked) -> None:
    one = google.granted(account, policies, CUSTOM, denies, tree)
    shuffled = [policies[at] for at in order]
    other = google.granted(account, shuffled, CUSTOM[::-1], denies[::-1], tree)
    assert one.grants == other.grants
    assert one.answer(*asked) == other.answer(*asked)


@given(st.text(max_size=80))
def test_google_conditions_of_any_text_have_an_answer(text: str) -> None:
    assert holds(text, Request(TOPIC)) in (True, False, None)


PIECES = [
    "resource.name",
    "resource.type",
    "(",
    ")",
    "&&",
    "||",
    "!",
    "==",
    '"x"',
    "true",
    "f(",
    ".",
    "9",
    "request.time",
    'timestamp("x")',
    "<",
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))
def test_google_conditions_of_any_words_have_an_answer(text: str) -> None:
    assert holds(text, Request(TOPIC)) in (True, False, None)


def test_google_conditions_that_are_deep_or_long_are_not_read() -> None:
    assert holds("(" * 5_000 + "true" + ")" * 5_000, Request(TOPIC)) is None
    assert holds("!" * 9_000 + "true", Request(TOPIC)) is None
    assert holds("true || " * 5_000 + "true", Request(TOPIC)) is None


@given(st.text(max_size=60))
def test_google_members_of_any_text_have_an_answer(member: str) -> None:
    members = Members(
        ServiceAccount(ACCOUNT), GooglePlaces(ScopeTree()), lambda role, project: None
    )
    assert members.mean(member) in (True, False, None)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_names_have_an_answer(scope: str, action: str, resource: str) -> None:
    role = RoleDefinition("R", "r", (RolePermissions(actions=(action,), data_actions=(action,)),))
    on_azure = azure.granted(ManagedIdentity("me"), [RoleAssignment("me", "r", scope)], [role])
    bound = AllowPolicy(scope, (Binding("roles/editor", ("allUsers",)),))
    on_google = google.granted(ServiceAccount(ACCOUNT), [bound])
    for granted in (on_azure, on_google):
        assert granted.answer(action, resource).verdict in Verdict
