import type { KnownBlock, View } from "@slack/types";
import type { Manifest } from "./node_modules/@slack/web-api/dist/types/request/manifest";
export type Blocks = KnownBlock[];
export type SlackView = View;
export type SlackManifest = Manifest;
