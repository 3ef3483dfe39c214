import pytest
from tests.reference.sandbox.stored import of_key, of_leaf, of_tree, of_url

from dbal_reference.model import Schema

REFUSED = {
    "MC-01": ["<script>", "<SCRIPT >", "<script/x>", "a<script\n>", "<script\tsrc=x>",
              "</p><sCrIpT>"],
    "MC-02": [
        "javascript:alert(1)",
        "JavaScript:x",
        " java script:x",
        "java\tscript:x",
        "j\na\nv\na\ns\nc\nr\ni\np\nt:x",
        "\u2003javascript\u00a0:x",
        "vbscript:x",
        "VB Script:",
    ],
    "MC-03": ["data:text/html,x", "DATA:TEXT/HTML;base64,x", " data:text/html", "data:text/htmlx"],
    "MC-04": [
        "<img src=x onerror=alert(1)>",
        "<IMG ONERROR = x>",
        "<svg/onload=x>",
        "<a title='>' onclick=x>",
        '<a title=">" onclick=x>',
        '<a href="x"onclick=x>',
        "<a\nonfocus\n=\nx",
        "<p title=a'b onclick=x>",
        "<body class='a' onLoad =x",
    ],
    "MC-05": ["eval(x)", "a; eval (x)", "window.eval(x)", "eval\n(x)", "new Function('x')",
              "Function("],
    "MC-06": ["setTimeout('x', 1)", 'setInterval( "x")', "SETTIMEOUT(`x`)",
              "window.setTimeout ( 'x'"],
    "MC-07": [
        "a.__proto__.b",
        "x.constructor.prototype.y",
        "x.constructor['prototype']",
        'x.constructor [ "prototype" ]',
    ],
    "MC-08": [
        "require('child_process')",
        'require( "fs" )',
        "require(`node:os`)",
        "import('vm')",
        "import x from 'net'",
        'import { a } from "node:worker_threads"',
        "require('fs/promises')",
        "process.env.HOME",
        "process.exit()",
        "process.binding('fs')",
        "process.mainModule",
    ],
    "MC-09": [
        "import x from 'https://a.example/x.js'",
        "import('http://a.example/x.js')",
        "import 'HTTPS://a.example'",
        'import {\n  a,\n  b\n} from "https://a.example"',
    ],
    "MC-10": [
        "os.execute('x')",
        "local x = os.exit",
        "os.remove(f)",
        "os.rename(a, b)",
        "io.popen(c)",
        "io.open(f)",
        "loadstring(x)",
        "LoadFile (x)",
        "dofile(x)",
    ],
    "MC-11": [
        "x'; DROP TABLE users",
        "1;drop x",
        "; ALTER USER x",
        ";\n truncate x",
        "; Grant all",
        ";revoke all",
        "exec xp_cmdshell 'dir'",
        "select load_extension('x')",
        "pg_read_file('/etc/passwd')",
        "COPY t FROM PROGRAM 'x'",
        "copy (select 1) to program 'x'",
    ],
}  # fmt: skip

PASSING = [
    "",
    "hello",
    "evaluate(x)",
    "retrieval (x)",
    "EVAL(x)",
    "evaluation: (1)",
    "function (x) { return x }",
    "malfunction(x)",
    "myFunction(x)",
    "<scripture>",
    "< script>",
    "script>",
    "<scripts>",
    "onward = 1",
    "<p>onward = 1</p>",
    "a < b and onward",
    "<b>on</b> = 1",
    "<p data-on=1>",
    "javascript is fun",
    "see javascript: the good parts",
    "ask about vbscript: it is old",
    "data:text/plain,x",
    "data:image/png;base64,AAAA",
    "see data:text/html",
    "setTimeout(run, 1)",
    "setTimeout(() => 'x')",
    "resetTimeout('x')",
    "proto",
    "_proto_",
    "the constructor of prototypes",
    "constructor.name",
    "x.constructor",
    "require('react')",
    "require('./fs')",
    "require('fsx')",
    "require(fs)",
    "prerequire('fs')",
    "income from net sales",
    "import x from 'react'",
    "import x from './https.js'",
    "import it; see 'https://a.example'",
    "import duties are listed at https://a.example",
    "process.argv",
    "preprocess.env",
    "in the process. Exit here",
    "photos.remove(",
    "chaos.exit",
    "videos.rename",
    "audio.open(",
    "Runs on any os. Remove the lid",
    "loadstrings(",
    "undofile(",
    "drop by; see you",
    "drop table x",
    "see you; dropping by",
    "x; alternate",
    "granted; revoked",
    "xp_cmdshells",
    "copyright; from program",
    "from programs to program it, copy",
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text"), [(r, t) for r, texts in REFUSED.items() for t in texts])
def test_code_of_a_rule_is_found_in_a_leaf(schema: Schema, rule: str, text: str) -> None:
    assert of_leaf(schema, text) == rule


@pytest.mark.parametrize("text", PASSING)
def test_text_near_a_rule_passes(schema: Schema, text: str) -> None:
    assert of_leaf(schema, text) is None


def test_every_pattern_rule_of_the_table_has_code_here(schema: Schema) -> None:
    rules = [rule["id"] for rule in schema.sandbox["rules"]]
    assert [rule for rule in rules if rule.startswith("MC")] == list(REFUSED)


@pytest.mark.parametrize(
    ("rule", "text"),
    [(r, t) for r, texts in REFUSED.items() for t in texts if r not in ("MC-02", "MC-03", "MC-07")],
)
def test_code_is_found_in_a_key(schema: Schema, rule: str, text: str) -> None:
    assert of_key(schema, text) == rule


@pytest.mark.parametrize("text", ["javascript:x", "data:text/html", "a.__proto__", "file:///x"])
def test_what_is_said_of_leaves_is_not_said_of_keys(schema: Schema, text: str) -> None:
    assert of_key(schema, text) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"__proto__": 1}', "MC-07"),
        ('[{"a": {"__PROTO__": {}}}]', "MC-07"),
        ('{"constructor": {"prototype": 1}}', "MC-07"),
        ('{"a": [{"constructor": {"x": 1, "prototype": {}}}]}', "MC-07"),
        ('{"constructor": {"a": {"prototype": 1}}}', None),
        ('{"constructor": "prototype"}', None),
        ('{"constructor": 1, "prototype": 2}', None),
        ('{"prototype": {"constructor": 1}}', None),
        ('{"__proto": 1}', None),
    ],
)
def test_keys_that_reach_for_the_prototype(schema: Schema, text: str, rule: str | None) -> None:
    assert of_tree(schema, text) == rule


@pytest.mark.parametrize("rule", ["MC-02", "MC-03"])
def test_a_url_field_knows_two_rules(schema: Schema, rule: str) -> None:
    for text in REFUSED[rule]:
        assert of_url(schema, text) == rule


def test_a_url_field_knows_no_others(schema: Schema) -> None:
    for rule, texts in REFUSED.items():
        for text in texts:
            if rule not in ("MC-02", "MC-03"):
                assert of_url(schema, text) is None
    for text in ("https://a.example/x.png", "file:///x", "http://localhost/x", "not a url"):
        assert of_url(schema, text) is None
