# ruff: noqa: E501
"""What users get wrong in a problem file, as texts for the places of a right one.

Each place of the file has mistakes of its own kind. `SAME` are those that must change nothing: the
solution is that of the right file, to the last bit.
"""

from collections.abc import Mapping
from random import Random

#: Made before each file: counts calls, so that something happens at the k-th one.
PRELUDE = '''"""A problem of a user."""
import math, os, random, sys, time, warnings
import numpy as np
import torch
from pinn_metakan import *
CALLS = {}
def at_call(key, k):
    CALLS[key] = CALLS.get(key, 0) + 1
    return CALLS[key] == k
def fail(error):
    raise error
def forever():
    while True:
        pass
def deep(n=0):
    return deep(n + 1)
class Own(BaseException):
    pass
class Silent(Exception):
    def __str__(self):
        raise RuntimeError("no text")
'''

#: Statements that end what they are in.
ENDINGS = [
    "raise SystemExit(0)", "raise SystemExit", "raise SystemExit('done')", "sys.exit(3)", "exit()",
    "raise KeyboardInterrupt", "raise GeneratorExit", "raise StopIteration", "raise Own('mine')",
    "raise Silent()", "raise ValueError", "raise ValueError('two\\nlines')", "raise KeyError('k')",
    "raise ValueError('a' * 100_000)", "raise ValueError('\\x1b[2J\\x07 beep')", "assert False",
    "raise ValueError('\\ud83d')", "raise MemoryError", "raise NotImplementedError", "1 / 0",
    "deep()", "forever()", "undefined", "import nowhere_to_be_found", "[][1]", "{}['k']",
    "os.listdir('/nowhere')", "open('/nowhere')", "torch.zeros(3) + torch.zeros(4)", "int('a')",
    "raise TypeError(7)", "raise UnicodeDecodeError('utf-8', b'a', 0, 1, 'why')", "raise OSError(28, 'No space')",
    "raise BrokenPipeError", "raise RuntimeError('DefaultCPUAllocator: can\\'t allocate memory')",
    "raise ExceptionGroup('many', [ValueError('a')])", "raise TimeoutError", "raise EOFError",
    "np.array([1, 2]) + np.array([1, 2, 3])", "torch.linalg.inv(torch.zeros(2, 2))", "input()",
]  # fmt: skip
#: Statements that leave something changed, which must be undone.
CHANGES = [
    "torch.set_default_dtype(torch.float16)", "torch.set_default_dtype(torch.float32)",
    "torch.set_default_dtype(torch.bfloat16)", "torch.manual_seed(7)", "random.seed(1)",
    "np.random.seed(3)", "torch.set_grad_enabled(False)", "torch.set_num_threads(3)",
    "torch.set_default_device('meta')", "torch.use_deterministic_algorithms(True)",
    "torch.autograd.set_detect_anomaly(True)", "np.seterr(all='raise')", "torch.rand(3)",
    "warnings.simplefilter('error')", "sys.setrecursionlimit(90)", "os.chdir('/')",
    "sys.argv.clear()", "print('hello')", "print('\\x1b[2J')", "sys.stdout.write('a')",
    "warnings.warn('old')", "warnings.warn('a' * 5000)", "warnings.warn('two\\nlines \\x1b[2J')",
    "warnings.warn(DeprecationWarning('old'))", "np.float64(1) / np.float64(0)",
    "torch.set_printoptions(precision=1)", "os.environ.clear()",
    "torch.set_flush_denormal(True)", "torch.autograd.set_grad_enabled(False)",
    "torch.inference_mode().__enter__()", "torch.no_grad().__enter__()",
    "sys.modules.pop('torch.nn', None)", "sys.stdout = None", "sys.stderr = None",
    "import logging; logging.basicConfig(level=0)", "import matplotlib; matplotlib.use('svg')",
    "import gc; gc.disable()", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "import decimal; decimal.getcontext().prec = 2", "torch.set_float32_matmul_precision('medium')",
    "import locale; locale.setlocale(locale.LC_ALL, 'C')", "torch.autograd.set_multithreading_enabled(False)",
]  # fmt: skip
#: Changes after which torch notes nothing that could be differentiated.
_CUTTING = ("grad_enabled(False)", "no_grad", "inference_mode")

#: What may be given where a number or a function of x is expected; `x` is a tensor (N,).
RETURNED = [
    "torch.zeros(len(x), dtype=torch.int64)", "torch.zeros(len(x), dtype=torch.bool)", "x > 0.5",
    "x.to(torch.complex128) * 1j", "x.to_sparse()", "x.detach()", "torch.zeros_like(x)", "x[1:]",
    "torch.cat([x, x])", "x[:7]", "x.reshape(-1, 1)", "x[None]", "x.sum()", "x.mean()", "x - x.mean()",
    "x.flip(0)", "x.cumsum(0)", "x.sort().values", "torch.randn_like(x)", "x * float('nan')",
    "x / 0", "torch.where(x > 0.99, float('nan'), x)", "x.log()", "(x - 0.5).sqrt()", "x.half()",
    "x.float()", "x.bfloat16()", "x.to('meta')", "np.sin(x.numpy())", "np.sin(x.detach().numpy())",
    "x.detach().numpy().tolist()", "list(x)", "(x,)", "{'u': x}", "iter(x)", "None", "'x'", "b'x'",
    "float('nan')", "float('inf')", "10**400", "1j", "True", "np.float32(1)", "np.array([1.0])",
    "np.array('a')", "np.array([object()])", "np.float64('nan')", "torch.tensor(1.0, requires_grad=True)",
    "torch.nn.Parameter(torch.zeros(()))", "torch.zeros(0)", "torch.zeros(len(x) + 1)", "x.add_(1)",
    "x.zero_()", "x.resize_(3)", "x.requires_grad_()", "x * 1e308 * 1e308", "x + torch.rand(())",
    "torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8)", "torch.nested.nested_tensor([x, x])",
    "x.to_sparse().to_dense()", "x.item()", "float(x)", "x if len(x) == 7 else x[1:]", "x ** x",
    "x if len(x) % 2 else x.repeat(2)", "x.clone().detach_()", "lambda x: x", "x.numpy", "...", "NotImplemented",
    "torch.sin(x) if at_call('r', 1) else x[1:]", "x * (float('nan') if at_call('n', 12) else 1)",
    "x * 0 + (at_call('s', 5) or 1)", "fail(ValueError('now')) if at_call('e', 9) else x * 0",
    "fail(SystemExit(0)) if at_call('x', 9) else x * 0", "forever() if at_call('f', 9) else x * 0",
    "fail(KeyboardInterrupt()) if at_call('i', 9) else x * 0", "deep() if at_call('d', 9) else x * 0",
    "x.new_zeros(len(x)) if at_call('z', 3) else x * 0", "torch.full_like(x, 1e300)", "x * 1e-320",
]  # fmt: skip
#: Names that mean something elsewhere, or nothing at all.
NAMES = [
    "history", "activations", "slice", "points", "u_error", "u_reference", "residual_heat", "x", "t",
    "u", "point", "coordinate", "loss", "step", "seconds", "relative_l2_u", "u_x", "u_t", "laplacian_u",
    "gradient_u", "", " ", "a b", "a/b", "..", ".", "__class__", "_u", "class", "None", "θ", "é", "\\ud83d",
    "\\x00", "\\n", "\\x1b[2J", "u" * 300, "U", "mesh", "grid", "report", "total", "u_disagreement", "u_log_error",
    "equations", "initial", "walls", "heat", "residual", "self", "jet", "estimates", "formula", "0", "1u", "u-v",
    "u.v", "u,v", "sin", "pi", "e", "nan", "time", "parameters", "values", "dtype", "shape", "name", "cells", "faces",
]  # fmt: skip
#: Units, labels, texts.
TEXTS = [
    "'$'", "'$\\\\frac{$'", "r'$\\alpha$'", "r'$\\nope{x}$'", "'m$'", "'\\x00'", "'\\ud83d'", "None", "7", "b'm'",
    "'a' * 100_000", "'$' + 'a^' * 500 + '$'", "'two\\nlines'", "'\\x1b[2J'", "''", "' '", "'\\u202em'", "[]", "{}",
    "'<script>alert(1)</script>'", "'</td>'", "'%s'", "'{x}'", "'W m^-2 K^-1'", "'你好'", "'🙂'", "1.5", "object()",
    "'\\\\'", "'_' * 50", "'^'", "'#&~'", "lambda: 'm'", "float('nan')", "'a' * 301", "np.str_('m')",
]  # fmt: skip
#: Anything where something else is expected.
THINGS = [
    "None", "7", "-1", "0", "1.5", "float('nan')", "float('inf')", "'text'", "b'bytes'", "[]", "()", "{}", "[1]",
    "{'a': 1}", "{1: 2}", "{'u': None}", "{'u': float('nan')}", "{'u': -1.0}", "{'u': 'a'}", "{'nobody': 1.0}", "object()",
    "torch.zeros(3)", "np.zeros(3)", "lambda: 1", "Problem", "range(3)", "iter([])", "1j", "10**400", "True",
    "{'adam.steps': 3}", "{'adam': {'steps': -1}}", "{'nobody': {'steps': 1}}", "{'metakan': {'network': 7}}",
    "{'network': {'widths': []}}", "{'loss': {'weights': {'heat': -1.0}}}", "{'loss': {'weights': {'nobody': 1.0}}}",
    "{'loss': {'weights': {'heat': float('nan')}}}", "{'adam': {'learning_rate': 1e300}}", "{'adam': {'learning_rate': 1e6}}",
    "('a', 'b')", "('a', 7)", "'a' * 100_000", "type('T', (dict,), {'__getitem__': lambda s, k: fail(KeyError(k))})()",
    "{'evaluation': {'shape': [1, 1]}}", "{'evaluation': {'shape': [3]}}", "{'stages': ['lm', 'lm']}",
    "{'report_every': 10**30}", "{'tolerance': float('nan')}", "{'network': {'widths': [4], 'nothing': 1}}",
]  # fmt: skip
#: Domains.
DOMAINS = [
    "Interval(0.0, 1.0)", "SpaceTime(Interval(1.0, 0.0), 0.0, 1.0)", "SpaceTime(Interval(0.0, 0.0), 0.0, 1.0)",
    "SpaceTime(Interval(0.0, float('nan')), 0.0, 1.0)", "SpaceTime(Interval(0.0, float('inf')), 0.0, 1.0)",
    "SpaceTime(Interval(0.0, 1.0), 1.0, 0.0)", "SpaceTime(Interval(0.0, 1e-300), 0.0, 1.0)", "Box((0, 1), (0, 1), (0, 1))",
    "SpaceTime(Interval(0.0, 1e300), 0.0, 1.0)", "SpaceTime(Interval(0, 1), 0, 1)", "SpaceTime(Interval('0', 1), 0, 1)",
    "SpaceTime(Ball(2), 0.0, 1.0)", "SpaceTime(SpaceTime(Interval(0.0, 1.0), 0.0, 1.0), 0.0, 1.0)", "Box()", "None", "Interval",
    "SpaceTime(Interval(0.0, 1.0), 0.0, 1e-12)", "SpaceTime(Interval(-1e6, 1e6), 0.0, 1.0)", "[0, 1]", "Disk(-1.0)",
    "SpaceTime(Interval(torch.tensor(0.0), torch.tensor(1.0)), 0.0, 1.0)", "SpaceTime(Interval(1j, 1.0), 0.0, 1.0)",
]  # fmt: skip

#: The right file: a heat equation of a sine.
RIGHT: Mapping[str, str] = {
    "module": "pass",
    "coordinates": "('x', 't')",
    "unknowns": "('u',)",
    "domain": "SpaceTime(Interval(0.0, 1.0), 0.0, 1.0)",
    "conditions": "{'initial': Initial(u=start), 'walls': Dirichlet(u=wall)}",
    "start": "torch.sin(math.pi * x)",
    "wall": "0.0 * x",
    "units": "{}",
    "long_names": "{}",
    "scales": "{}",
    "settings": "{}",
    "network_settings": "{}",
    "tags": "()",
    "constructor": "pass",
    "in_residual": "pass",
    "residual": "{'heat': u_t - 0.1 * u_xx}",
    "in_reference": "pass",
    "reference": "{'u': torch.exp(-0.1 * math.pi**2 * t) * torch.sin(math.pi * x)}",
    "in_start": "pass",
    "more": "",
}
TEMPLATE = '''
{module}
def start(x):
    {in_start}
    return {start}
def wall(x, t):
    return {wall}
class Mine(Problem):
    """u_t = 0.1 u_xx"""
    coordinates = {coordinates}
    unknowns = {unknowns}
    domain = {domain}
    units = {units}
    long_names = {long_names}
    scales = {scales}
    settings = {settings}
    network_settings = {network_settings}
    tags = {tags}
    def __init__(self, k: float = 0.1):
        {constructor}
        self.conditions = {conditions}
    def residual(self, jet):
        {in_residual}
        u, u_t, u_xx, x = jet("u", "u_t", "u_xx", "x")
        return {residual}
    def reference(self, points):
        {in_reference}
        x, t = points.unbind(1)
        return {reference}
    {more}
'''


def text_of(parts: Mapping[str, str]) -> str:
    """The text of a problem file with some parts in the place of the right ones."""
    return PRELUDE + TEMPLATE.format(**{**RIGHT, **parts})


def drawn_mistake(random: Random) -> tuple[dict[str, str], bool]:
    """Parts of a file that are wrong, and whether the solution must be that of the right file."""
    kinds = [_ending, _change, _returned, _returned, _returned, _name, _text, _thing, _domain]
    return random.choice(kinds)(random)


def _place(random: Random) -> str:
    return random.choice(["module", "constructor", "in_residual", "in_reference", "in_start"])


def _ending(random: Random) -> tuple[dict[str, str], bool]:
    statement, place = random.choice(ENDINGS), _place(random)
    if random.random() < 0.4:
        when = f"at_call('here', {random.choice([2, 3, 8, 20, 40])})"
        statement = f"if {when}: {statement}"
    return {place: statement}, False


def _change(random: Random) -> tuple[dict[str, str], bool]:
    place, change = _place(random), random.choice(CHANGES)
    cuts_gradients = any(word in change for word in _CUTTING) and place.startswith("in_")
    return {place: change}, not cuts_gradients  # what is computed there cannot be differentiated


def _returned(random: Random) -> tuple[dict[str, str], bool]:
    value = random.choice(RETURNED)
    place = random.choice(
        ["start", "wall", "residual", "term", "reference", "returned", "transform"]
    )
    if place == "term":
        return {"residual": f"{{'heat': (u_t - 0.1 * u_xx) + ({value})}}"}, False
    if place == "residual":
        value = value.replace("x", "u") if random.random() < 0.5 else value
        return {"residual": f"{{'heat': {value}}}"}, False
    if place == "reference":
        return {"reference": f"{{'u': {value}}}"}, False
    if place == "returned":
        return {random.choice(["residual", "reference"]): value}, False
    if place == "transform":
        body = f"x, u = points[:, 0], outputs['u']; return {{'u': u * ({value})}}"
        return {"more": f"def transform(self, points, outputs): {body}"}, False
    return {place: value}, False


def _name(random: Random) -> tuple[dict[str, str], bool]:
    name = random.choice(NAMES)
    quoted = f"'{name}'"
    where = random.randrange(6)
    if where == 0:
        return {
            "unknowns": f"({quoted},)",
            "residual": "{'heat': jet(self.unknowns[0] + '_t') - 0.1 * jet(self.unknowns[0] + '_xx')}",
            "in_residual": "return {'heat': jet(self.unknowns[0] + '_t') - 0.1 * jet(self.unknowns[0] + '_xx')}",
            "conditions": "{'initial': Initial(**{self.unknowns[0]: start}), 'walls': Dirichlet(**{self.unknowns[0]: wall})}",
            "reference": "{self.unknowns[0]: torch.exp(-0.1 * math.pi**2 * t) * torch.sin(math.pi * x)}",
        }, False
    if where == 1:
        return {"coordinates": f"({quoted}, 't')"}, False
    if where == 2:
        return {"residual": f"{{{quoted}: u_t - 0.1 * u_xx}}"}, False
    if where == 3:
        return {"conditions": f"{{{quoted}: Initial(u=start), 'walls': Dirichlet(u=wall)}}"}, False
    if where == 4:
        return {"residual": f"{{'heat': u_t - 0.1 * u_xx, {quoted}: u_t - 0.1 * u_xx}}"}, False
    return {
        "reference": f"{{{quoted}: torch.exp(-0.1 * math.pi**2 * t) * torch.sin(math.pi * x)}}"
    }, False


def _text(random: Random) -> tuple[dict[str, str], bool]:
    text, name = random.choice(TEXTS), random.choice(["x", "t", "u", "nobody"])
    return {random.choice(["units", "long_names"]): f"{{'{name}': {text}}}"}, False


def _thing(random: Random) -> tuple[dict[str, str], bool]:
    places = ["coordinates", "unknowns", "domain", "conditions", "units", "long_names", "scales"]
    places += ["settings", "settings", "network_settings", "tags", "reference", "residual"]
    return {random.choice(places): random.choice(THINGS)}, False


def _domain(random: Random) -> tuple[dict[str, str], bool]:
    return {"domain": random.choice(DOMAINS)}, False
