"""What error a few seconds of training must reach, problem by problem."""

from collections.abc import Mapping

#: Settings of all these solves, by the default network.
QUICK: dict[str, object] = {
    "network": {"widths": [8, 8]},
    "points": {"interior": 400, "first": 0, "boundary": 50, "initial": 50},
    "adam": {"steps": 30},
    "lm": {"steps": 20},
    "release": {"steps": 0},
}
#: Name: more settings, and the largest relative L2 error of each unknown.
BOUNDS: dict[str, tuple[Mapping[str, object], Mapping[str, float]]] = {
    "advection": ({}, {"u": 5e-2}),
    "allen_cahn": ({"network": {"widths": [16, 16]}, "lm": {"steps": 45}}, {"u": 0.15}),
    "ball_allen_cahn": ({}, {"u": 2e-2}),
    "ball_poisson": ({}, {"u": 2e-2}),
    "beam": ({}, {"w": 1e-4}),
    "beam_vibration": ({}, {"u": 0.7}),
    "black_scholes": ({}, {"V": 1e-3}),
    "burgers": ({}, {"u": 0.5}),
    "burgers_2d": ({"lm": {"steps": 6}}, {"u": 1e-1, "v": 1e-1}),
    "cavity": ({"lm": {"steps": 15}}, {"u": 0.3, "v": 0.5, "p": 1.0}),
    "cahn_hilliard": ({"slabs": 1}, {"u": 0.45}),  # the whole of it takes four slabs
    "eikonal": ({}, {"u": 1e-1}),
    "elasticity": ({"lm": {"steps": 15}}, {"u": 1e-1, "v": 1e-1}),
    "fokker_planck": ({}, {"p": 1e-1}),
    "gray_scott": ({"slabs": 1}, {"u": 0.2, "v": 0.9}),  # the same of three
    "flow_past_data": (
        {"points": {"interior": 200, "first": 0}},
        {"u": 0.2, "v": 0.7, "p": 0.8},
    ),
    "heat": ({}, {"u": 1e-4}),
    "heat_2d": ({}, {"u": 2e-2}),
    "heat_multiscale": ({}, {"u": 0.3}),
    "heat_ring": ({"lm": {"steps": 15}}, {"u": 0.2}),
    "helmholtz": ({}, {"u": 5e-2}),
    "kdv": ({}, {"u": 0.74}),
    "inverse_burgers": ({}, {"u": 2e-2}),
    "inverse_heat": ({}, {"u": 1e-2}),
    "inverse_source": ({}, {"u": 2e-2}),
    "klein_gordon": ({}, {"u": 1e-5}),
    "kovasznay": ({"lm": {"steps": 15}}, {"u": 1e-2, "v": 1e-2, "p": 1e-2}),
    "lorenz": (
        {
            "slabs": 16,
            "adam": {"steps": 10},
            "lm": {"steps": 12},
            "points": {"interior": 60, "first": 0},
        },
        {"x": 0.1, "y": 0.1, "z": 0.1},
    ),
    "nonlinear_diffusion": ({}, {"u": 3e-2}),
    "oscillator": ({"slabs": 1}, {"u": 1e-2}),
    "parametric_burgers": ({"evaluation": {"shape": [101, 5, 21]}}, {"u": 0.5}),
    "parametric_heat": ({"evaluation": {"shape": [21, 5, 21]}}, {"u": 1e-2}),
    "pendulum": ({"lm": {"steps": 10}}, {"theta": 5e-2}),
    "pendulum_friction": ({}, {"theta": 5e-2}),
    "kuramoto_sivashinsky": ({}, {"u": 0.99}),
    "plate": ({}, {"w": 1e-2}),
    "poisson": ({}, {"u": 1e-4}),
    "poisson_disks": ({}, {"u": 0.2}),
    "poisson_l_shape": ({}, {"u": 1e-2}),
    "poisson_multiscale": ({}, {"u": 20.0}),
    "poisson_nd": ({}, {"u": 1e-1}),
    "poisson_neumann": ({}, {"u": 2e-2}),
    "sir": ({"lm": {"steps": 8}}, {"S": 5e-2, "I": 5e-2, "R": 5e-2}),
    "stirred_tank": ({"lm": {"steps": 10}}, {"T": 5e-3, "c": 5e-3}),
    "reaction_law": ({}, {"u": 1e-2}),
    "schroedinger": ({"network": {"widths": [16, 16]}, "lm": {"steps": 45}}, {"v": 0.5, "w": 0.6}),
    "stokes": ({}, {"u": 1e-2, "v": 1e-2, "p": 1e-2}),
    "taylor_green": ({"lm": {"steps": 15}}, {"u": 1e-1, "v": 1e-1, "p": 0.5}),
    "two_materials": ({"lm": {"steps": 15}}, {"T": 1e-1}),
    "volterra": ({}, {"u": 1e-3, "I": 1e-3}),
    "wave": ({"network": {"widths": [16, 16]}}, {"u": 0.3}),
}
