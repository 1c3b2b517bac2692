"""What of the head of managers' pages does not fit its screen; both are asked of the page, in its script."""

# What sticks out of the screen, or is cut though it is no name.
OUT_OF_HEAD = """() => [...document.querySelectorAll('.head :is(a, button, p, .live)')]
  .filter(each => each.checkVisibility())
  .filter(each => {
    const { left, right, width, height } = each.getBoundingClientRect();
    const isCut = !each.matches('h1 *') && width > 1 && each.scrollWidth > each.clientWidth + 1;
    const isSmall = each.matches('a, button') && Math.min(width, height) < 47.5;
    return left < -0.5 || right > innerWidth + 0.5 || isCut || isSmall;
  }).map(each => each.outerHTML.slice(0, 200))"""

# In pixels, where it is not the row that it is on every page.
HIGHER_THAN_A_ROW = """() => [...document.querySelectorAll('.head:not(.entry-head)')]
  .map(each => each.getBoundingClientRect().height).filter(height => height !== 56)"""
