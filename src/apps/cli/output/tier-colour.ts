/** Five colours, one a tier, the same wherever tiers are shown. */
import type { styleText } from "node:util";
import type { Tier } from "../../../core/tier.ts";

type Colour = Parameters<typeof styleText>[0];

const COLOURS: Readonly<Record<Tier, Colour>> = {
  hot: "red",
  warm: "yellow",
  cold: "cyan",
  archive: "blue",
  auto: "magenta",
};

export function tierColour(tier: Tier): Colour {
  return COLOURS[tier];
}
