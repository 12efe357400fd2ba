// What tests use of layout.js.

export declare const headBytes: number;
