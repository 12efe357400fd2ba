// What an operation answers: fields of the head and byte strings.

import type {Head} from '../backends/wire/message.js';

export type Reply = {readonly fields: Head; readonly blobs?: readonly Uint8Array[]};

export const nothing: Reply = {fields: {}};
