import type { BlockList } from '../state/block-lists.js';
import { Failure, invalidInput, notFound } from '../wire/api-failure.js';
import { listOf, oneOf, optional, readList, readText, required, text } from '../wire/validation.js';
import type { Context, Operation } from './operation.js';

const MAX_LISTS = 50;
const WORDS = listOf(text(255, 1), 10_000);
const TYPES = ['word', 'regex', 'domain', 'domain_allowlist', 'email', 'email_allowlist'];

function wireBlockList({ name, type, words, createdAt, updatedAt }: BlockList): object {
  return {
    name,
    type,
    words,
    is_confusable_folding_enabled: false,
    is_leet_check_enabled: false,
    is_plural_check_enabled: false,
    is_substring_matching_enabled: false,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

function named({ coordinator, params }: Context): BlockList {
  const list = coordinator.blockLists.find(params.name ?? '');
  if (list === undefined) throw notFound(`block list ${params.name}`);
  return list;
}

function createBlockList({ coordinator, body }: Context): object {
  const { blockLists } = coordinator;
  const name = String(body.name);
  if (blockLists.find(name) !== undefined) throw invalidInput('name', 'is taken by another block list');
  if (blockLists.size >= MAX_LISTS) {
    throw new Failure(4, `an application has at most ${MAX_LISTS} block lists`);
  }
  const list = blockLists.create(name, readText(body, 'type') ?? 'word', readList<string>(body, 'words'));
  return { blocklist: wireBlockList(list) };
}

function updateBlockList(context: Context): object {
  const list = named(context);
  if (Array.isArray(context.body.words)) {
    context.coordinator.blockLists.setWords(list, readList<string>(context.body, 'words'));
  }
  return { blocklist: wireBlockList(list) };
}

function deleteBlockList(context: Context): object {
  context.coordinator.blockLists.remove(named(context).name);
  return {};
}

/** Lists of words for moderation: kept and told, and nothing is moderated. */
export const BLOCK_LIST_OPERATIONS: readonly Operation[] = [
  {
    name: 'ListBlockLists',
    method: 'GET',
    path: '/blocklists',
    mount: 'server',
    serverOnly: true,
    handle: ({ coordinator }) => ({ blocklists: coordinator.blockLists.all().map(wireBlockList) }),
  },
  {
    name: 'CreateBlockList',
    method: 'POST',
    path: '/blocklists',
    mount: 'server',
    serverOnly: true,
    fields: { name: required(text(255, 1)), words: required(WORDS), type: optional(oneOf(TYPES)) },
    handle: createBlockList,
  },
  {
    name: 'GetBlockList',
    method: 'GET',
    path: '/blocklists/:name',
    mount: 'server',
    serverOnly: true,
    handle: (context) => ({ blocklist: wireBlockList(named(context)) }),
  },
  {
    name: 'UpdateBlockList',
    method: 'PUT',
    path: '/blocklists/:name',
    mount: 'server',
    serverOnly: true,
    fields: { words: optional(WORDS) },
    handle: updateBlockList,
  },
  {
    name: 'DeleteBlockList',
    method: 'DELETE',
    path: '/blocklists/:name',
    mount: 'server',
    serverOnly: true,
    handle: deleteBlockList,
  },
];
