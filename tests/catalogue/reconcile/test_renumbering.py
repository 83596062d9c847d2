"""Which missing dataset is which new one."""

from catalogue.reconcile.renumbering import Fingerprint, Pair, fingerprint, pairs
from harvesters.package import Additions, Package, Publisher, Resource, encode


def print_of(resources=(), page=None, words=None) -> Fingerprint:
    return Fingerprint(frozenset(resources) or None, page, words)


def test_the_strongest_trait_counts_first_and_each_dataset_once():
    missing = {"a": print_of(["u1"], "p1"), "b": print_of(["u2"], "p2"), "c": print_of(page="p3", words=("t", "x"))}
    new = {"1": print_of(["u1"], "p2"), "2": print_of(["u9"], "p1"), "3": print_of(words=("t", "x"))}
    assert pairs(missing, new) == [Pair("a", "1", "resources"), Pair("c", "3", "title and publisher")]


def test_what_several_have_says_nothing():
    missing = {"a": print_of(words=("budget", "ministry")), "b": print_of(words=("budget", "ministry"))}
    assert pairs(missing, {"1": print_of(words=("budget", "ministry"))}) == []
    assert pairs({"a": missing["a"]}, {"1": missing["a"], "2": missing["a"]}) == []


def test_datasets_without_a_trait_in_common_are_no_pair():
    assert pairs({"a": print_of(["u1"], "p", ("t", ""))}, {"1": print_of(["u1", "u2"], "q", ("t", "other"))}) == []
    assert pairs({"a": print_of()}, {"1": print_of()}) == []


def test_a_fingerprint_does_not_see_case_and_blanks():
    package = Package(
        name="n", id="i", title="  The  Budget ",
        resources=[Resource(name="r", path="https://data.example.org/1.csv")],
        catalogue=Additions(source="xa", native_id="1", protocol="ckan", publisher=Publisher(name="MINISTRY")),
    )  # fmt: skip
    assert fingerprint(encode(package)) == print_of(
        ["https://data.example.org/1.csv"], None, ("the budget", "ministry")
    )
