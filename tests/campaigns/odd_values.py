"""Texts and numbers that nobody expects: of any length, any characters, any kind."""

from hypothesis import strategies as st

#: What can stand in an argument of a process: no NUL, but bytes that are no UTF-8.
CHARACTERS = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
TEXTS = [
    "", " ", "-", "--", "=", ".", "..", "/", "a/b", "../x", "~", "*", "%s%n", "{x}", "${HOME}",
    "\n", "a\nb", "\t", "\r", "\x1b[2J", "\x1b]0;title\x07", "\x7f", "\u202e", "\u200b",
    "\ud83d", "\udce9", "ü", "θ", "é", "你好", "🙂", "a" * 256, "a" * 5000, "a." * 500,
    "None", "null", "true", "false", "nan", "-nan", "inf", "-inf", "1e400", "-0.0", "1e-400",
    "0", "-1", "00", "0x10", "0b1", "1_000", "1e30", "1e300", "2147483648",
    "9223372036854775808",
    "9" * 4400, "0." + "0" * 4400 + "1", "[" * 2000, "[]" * 200, "{a=" * 900, "[1,2", "'''",
    '"""', "[[1]]", "{}", "{a=1}", "2020-01-01", "07:32:00", "2020-01-01T00:00:00Z", "'a'",
    "1/0", "2**2**2**9", "pi", "1/pi", "(" * 300, "1,2", ",", "a=b=c", "$(id)", "`id`", "\\",
    "adam", "lm", "u", "x", "t", "heat", "metakan", "cpu", "solution.h5", "/dev/null", "/proc",
]  # fmt: skip
ODD_TEXTS = st.sampled_from(TEXTS)
ODD = ODD_TEXTS | st.text(CHARACTERS, max_size=12)
#: The same without surrogates, for files in UTF-8.
ODD_IN_FILES = ODD.filter(
    lambda text: text.isascii() or not any(0xD800 <= ord(c) < 0xE000 for c in text)
)
