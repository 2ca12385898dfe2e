"""The exceptions that callers catch."""


class UserError(ValueError):
    """Something that the user gave is wrong; the message is one line that says what to mend."""


class ProblemError(UserError):
    """A problem file, or a function in it, cannot be used."""


class SettingsError(UserError):
    """A setting has an unknown name or an impossible value."""


class RunFolderError(UserError):
    """A run folder, a solution file or a checkpoint cannot be used."""


class TrainingError(RuntimeError):
    """The run failed although its input was sound; the message says what to try."""


class Interrupted(RuntimeError):
    """The user stopped the run; a checkpoint was kept if the run has a folder."""
