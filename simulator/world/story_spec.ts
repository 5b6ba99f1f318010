/** How a wearer's story is told to the world; what it does to the documents is in `story.ts`. */

/** Local days, both ends included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

/** The events of a life worth looking at. */
export interface Story {
  /** Days on which the ring stayed at home. */
  readonly unworn?: readonly DayRange[];
  /** Days of an illness, with rest mode. */
  readonly illness?: readonly DayRange[];
  /** The first day whose night is staged by algorithm v2, which finds less deep sleep than v1. */
  readonly stagingV2From?: string;
  /** Whether the wearer has evenings out, saunas and late meals, notes them and feels them. */
  readonly habits?: boolean;
  /** Whether summer brings more steps and fitness than winter. */
  readonly seasons?: boolean;
}
