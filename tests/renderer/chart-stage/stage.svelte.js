class Stage {
  charts = $state.raw([]);
  selected = $state(null);
  span = $state(60);
  bare = $state(false);
  size = $state.raw(null);
}
export const stage = new Stage();
