// The comparison figure: of the crops that are there, at the slider's α.
element.querySelectorAll('[data-figure]').forEach((button) => {
  button.addEventListener('click', () => {
    if (!state.place) return;
    ask('figure', {
      alpha: state.alpha, methods: Array.from(panes.keys()), format: button.dataset.figure,
    });
  });
});
