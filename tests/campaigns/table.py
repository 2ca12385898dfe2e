"""The campaigns by name."""

from importlib import import_module

from campaigns.campaign import Campaign

#: What makes each, as ``module:Class``; a module is imported when its campaign is asked for.
CAMPAIGNS = {
    "damaged_files": "campaigns.damaged_files:DamagedFiles",
    "command_lines": "campaigns.command_lines:CommandLines",
    "kills": "campaigns.kills:Kills",
    "problem_files": "campaigns.problem_files:ProblemFiles",
    "rank_kills": "campaigns.rank_kills:RankKills",
    "soak": "campaigns.soak:Soak",
    "surroundings": "campaigns.surroundings:Surroundings",
}


def make_campaign(name: str) -> Campaign:
    """The campaign of a name in the table."""
    module, _, kind = CAMPAIGNS[name].partition(":")
    made = getattr(import_module(module), kind)()
    assert isinstance(made, Campaign)
    return made
