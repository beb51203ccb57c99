"""The life of a grant as a pure core: state, commands, events, decide, evolve. No I/O."""
