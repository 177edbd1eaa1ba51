"""What a page does in a process of its own: see `tests.forked`."""


def serve(port, *fault):
    """Serve the page until the process ends, with a fault of `tests.e2e.faulty` if one is named."""
    from demo import layout, store
    from tests.e2e import faulty

    if fault:
        faulty.cause(*fault)
    page = layout.build()
    store.keep_swept()
    page.launch(**layout.launch_options(), server_port=port)


def keep_first_example():
    """Compute the example that the page opens with, as `python -m demo.warm` computes them all."""
    from demo import warm

    warm.PICTURES = (warm.FIRST_EXAMPLE,)
    warm.main()
