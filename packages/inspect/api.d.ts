import { NamespaceType, ErrorCode, Remedy } from '@ns/syscalls';
interface Process {
    readonly pid: number;
    readonly parent: number;
    readonly uid: number;
    readonly command: string;
}
interface NamespaceInfo {
    readonly type: NamespaceType;
    readonly inode: number;
    readonly processes: readonly number[];
    readonly mounts: readonly string[];
    readonly fds: readonly string[];
    readonly sockets: readonly string[];
    readonly owner?: number | undefined;
    readonly parent?: number | undefined;
    readonly ownerUid?: number | undefined;
    readonly netnsid?: number | 'unassigned' | undefined;
}
interface Listing {
    readonly partial: boolean;
    readonly namespaces: readonly NamespaceInfo[];
    readonly processes: readonly Process[];
}
interface ListOptions {
    readonly types?: readonly NamespaceType[] | undefined;
    readonly pid?: number | undefined;
    readonly persistent?: boolean | undefined;
}
declare function list(options?: ListOptions): Listing;
interface Finding {
    readonly id: string;
    readonly answer: 'yes' | 'no' | 'unknown';
    readonly value?: string;
    readonly code?: ErrorCode;
    readonly hint?: string;
    readonly remedies?: readonly Remedy[];
}
declare function probe(): Promise<readonly Finding[]>;
type TreeNode = {
    readonly namespace: NamespaceInfo;
    readonly children: readonly TreeNode[];
} | {
    readonly process: Process;
    readonly children: readonly TreeNode[];
};
declare function tree(listing: Listing, by: 'owner' | 'parent' | 'process'): readonly TreeNode[];
interface WatchOptions extends ListOptions {
    readonly interval?: number | undefined;
    readonly signal?: AbortSignal | undefined;
}
interface Change {
    readonly came: readonly NamespaceInfo[];
    readonly went: readonly NamespaceInfo[];
    readonly listing: Listing;
}
declare function watch(options?: WatchOptions): AsyncGenerator<Change, void, void>;
export { list, probe, tree, watch };
export type { Change, Finding, ListOptions, Listing, NamespaceInfo, Process, TreeNode, WatchOptions };
