import { listOf, optional, record } from '../wire/validation.js';
import type { Operation } from './operation.js';

const EDGES = [
  ['sfu-emulator-01', 50.11, 8.68, 'EU', 'DE', 'DE-HE'],
  ['sfu-emulator-02', 39.04, -77.49, 'NA', 'US', 'US-VA'],
].map(([id, latitude, longitude, continent, country, subdivision]) => ({
  id,
  latency_test_url: 'https://media.emulator.invalid/latency',
  latitude,
  longitude,
  continent_code: continent,
  country_iso_code: country,
  subdivision_iso_code: subdivision,
  green: 60,
  yellow: 120,
  red: 240,
}));

export const SURROUNDING_OPERATIONS: readonly Operation[] = [
  { name: 'GetEdges', method: 'GET', path: '/edges', mount: 'video', handle: () => ({ edges: EDGES }) },
  {
    name: 'ReportClientCallEvent',
    method: 'POST',
    path: '/call_client_event',
    mount: 'video',
    isPublic: true,
    fields: { events: optional(listOf(record, 1000)) },
    handle: () => ({}),
  },
];
