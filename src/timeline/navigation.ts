import type { LaneView } from './lane-view.js';

export interface Stop {
  readonly laneId: string;
  readonly key: string;
}

/** Where a key leads from an item: along its lane in time, or to the nearest moment of the next lane. */
export function nextStop(
  views: readonly LaneView[],
  { laneId, key }: Stop,
  pressed: string,
): Stop | undefined {
  const lane = views.findIndex((view) => view.lane.id === laneId);
  const items = views[lane]?.items ?? [];
  const index = items.findIndex((item) => item.key === key);
  const at = items[index]?.at;
  if (at === undefined) return undefined;
  const within = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: items.length - 1 }[pressed];
  if (within !== undefined) {
    const item = items[within];
    return item === undefined ? undefined : { laneId, key: item.key };
  }
  const direction = { ArrowUp: -1, ArrowDown: 1 }[pressed];
  if (direction === undefined) return undefined;
  for (let other = lane + direction; views[other] !== undefined; other += direction) {
    const nearest = nearestTo(views[other]?.items ?? [], at);
    if (nearest !== undefined) return { laneId: views[other]?.lane.id ?? laneId, key: nearest.key };
  }
  return undefined;
}

function nearestTo<Item extends { at: number }>(items: readonly Item[], at: number): Item | undefined {
  let nearest: Item | undefined;
  for (const item of items) {
    if (nearest === undefined || Math.abs(item.at - at) < Math.abs(nearest.at - at)) nearest = item;
  }
  return nearest;
}
