"""The subcommands of ``threadform``, one file each. Each imports its parts when it runs: ``--help`` stays quick."""
