import { NamespaceRef, Contribution } from '@ns/syscalls';
interface IdRange {
    readonly inside: number;
    readonly outside: number;
    readonly count: number;
}
declare function parseRanges(text: string): IdRange[];
type Kind = 'uid' | 'gid';
declare function findNewidmap(kind: Kind): string;
interface Ids {
    readonly uid: number;
    readonly gid: number;
}
interface UserOptions {
    readonly map?: 'current' | 'root' | 'auto' | 'subids' | {
        readonly uid: readonly IdRange[];
        readonly gid: readonly IdRange[];
    } | undefined;
    readonly own?: Ids | undefined;
    readonly owner?: Ids | undefined;
    readonly setgroups?: 'allow' | 'deny' | undefined;
    readonly disableNested?: boolean | undefined;
    readonly join?: NamespaceRef | undefined;
    readonly keepIds?: boolean | undefined;
}
interface IdMaps {
    readonly uid: readonly IdRange[];
    readonly gid: readonly IdRange[];
    readonly setgroups: 'allow' | 'deny';
}
declare function readIdMaps(ref: NamespaceRef): Promise<IdMaps>;
declare function toHostUid(maps: Pick<IdMaps, 'uid'>, uid: number): number | undefined;
declare function toHostGid(maps: Pick<IdMaps, 'gid'>, gid: number): number | undefined;
declare function toInsideUid(maps: Pick<IdMaps, 'uid'>, uid: number): number | undefined;
declare function toInsideGid(maps: Pick<IdMaps, 'gid'>, gid: number): number | undefined;
interface SubidRange {
    readonly start: number;
    readonly count: number;
}
declare function readSubids(path: '/etc/subuid' | '/etc/subgid', uid: number): SubidRange[];
declare function user(options?: UserOptions): Contribution;
export { findNewidmap, parseRanges, readIdMaps, readSubids, toHostGid, toHostUid, toInsideGid, toInsideUid, user };
export type { IdMaps, IdRange, Ids, UserOptions };
