/** Everything that lives while one person is signed in: connection, roster, rows, editor. Ends with `stop`. */

import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { serverNow } from '../../shared/clock';
import { locale } from '../../shared/i18n';
import type { Reply } from '../../shared/http';
import { Link } from '../../shared/link';
import { online } from '../../shared/network';
import { Outage } from '../../shared/outage';
import { authorize, putStatus, type Account, type Settings } from './api';
import { Announcer } from './announcer';
import { storedDraft, storedEdit, storeDraft, storeEdit } from './draft';
import { StatusEditor, type Surroundings } from './editor';
import { Follower, type Origin } from './follower';
import type { Info } from './frames';
import { People } from './people';
import { replaces, Roster, type Change } from './roster';
import { Subscription } from './subscription';

export class Room {
  readonly name: string;
  readonly editor: StatusEditor;
  readonly link: Link;
  readonly people: People;
  readonly subscription: Subscription;
  readonly outage: Outage;
  readonly announcer = new Announcer();
  readonly #roster = new Roster();
  readonly #follower: Follower;
  readonly #own: Signal<Info>;
  readonly #seen = signal(false);
  readonly #liveUntil = signal<number | null>(null);
  readonly #stopWatching: (() => void)[] = [];
  #hurryTimer: ReturnType<typeof setTimeout> | undefined;

  /** `handleSessionDoubt`: an answer or a close code says that the session may be over, or its settings out of date. */
  constructor(settings: Settings, account: Account, handleSessionDoubt: () => void) {
    this.name = account.name;
    this.#own = signal(account.info);
    this.people = new People(account.name, locale);
    this.#follower = new Follower(this.#roster, this.people, (news) => this.announcer.note(news, account.name));
    this.editor = new StatusEditor(this.#surroundings(handleSessionDoubt), {
      draft: storedDraft(account.name),
      edit: storedEdit(account.name),
    });
    this.link = new Link(settings.appKey, authorize);
    this.subscription = new Subscription(this.link, settings.channel, this.#roster, {
      handleChanges: (changes, origin) => this.#handleChanges(changes, origin),
      handleUnauthorized: handleSessionDoubt,
    });
    const interrupted = computed(() => !online.value || this.link.state.value.kind !== 'connected');
    this.outage = new Outage(interrupted, this.subscription.live);
    this.#watch(handleSessionDoubt);
  }

  /** Whether the list has been filled once; until then there is nothing to show, stale or not. */
  get seen(): ReadonlySignal<boolean> {
    return this.#seen;
  }

  /** When the list stopped being up to date; null while it is, or was never. */
  readonly staleSince = computed(() => (this.subscription.live.value ? null : this.#liveUntil.value));

  /** Ends everything; what was not saved is kept as a draft of its author, and returned. */
  stop(): string | null {
    const unsaved = this.editor.stop();
    storeEdit(this.name, null);
    storeDraft(this.name, unsaved);
    for (const stop of this.#stopWatching) stop();
    clearTimeout(this.#hurryTimer);
    this.outage.stop();
    this.subscription.stop();
    this.link.stop();
    this.#follower.stop();
    this.announcer.clear();
    return unsaved;
  }

  #watch(handleSessionDoubt: () => void): void {
    // `subscribe` and not `effect`: what the callbacks read must not make them run again.
    this.#stopWatching.push(
      this.link.state.subscribe((state) => {
        if (state.kind === 'refused' && DOUBTFUL.includes(state.code)) handleSessionDoubt();
      }),
      this.subscription.live.subscribe((live) => {
        if (live) this.#handleLive();
        else if (this.#seen.peek()) this.#liveUntil.value = serverNow();
      }),
      online.subscribe((now) => now && this.#handleOnline()),
    );
  }

  #handleLive(): void {
    this.#seen.value = true;
    this.link.handleLive();
    this.editor.hurry();
  }

  /** The list comes back first, if it can: it may show that nothing is left to save. */
  #handleOnline(): void {
    this.link.handleOnline();
    clearTimeout(this.#hurryTimer);
    this.#hurryTimer = setTimeout(() => this.editor.hurry(), this.subscription.live.peek() ? 0 : HURRY_MS);
  }

  #handleChanges(changes: readonly Change[], origin: Origin): void {
    for (const { kind, member } of changes) {
      if (kind !== 'left' && member.user === this.name && member.info !== null) this.#learnOwn(member.info);
    }
    this.#follower.note(changes, origin);
  }

  #learnOwn(info: Info): void {
    if (replaces(info, this.#own.peek())) this.#own.value = info;
  }

  #surroundings(handleSessionDoubt: () => void): Surroundings {
    return {
      known: this.#own,
      online: () => online.peek(),
      random: Math.random,
      rememberDraft: (draft) => storeDraft(this.name, draft),
      rememberEdit: (edit) => storeEdit(this.name, edit),
      put: async (text: string, mutation: string, ifRev: number | null): Promise<Reply<Info>> => {
        const reply = await putStatus(text, mutation, ifRev);
        if (reply.ok) this.#handleStored(reply.body);
        else if (reply.failure.status === 401) handleSessionDoubt();
        return reply;
      },
    };
  }

  #handleStored(info: Info): void {
    this.#learnOwn(info);
    this.#follower.note(this.#roster.handleOwn(this.name, info).changes, 'difference');
  }
}

/** The close codes that `/api/session` may explain: no such key, and no such session (docs/close-codes.md). */
const DOUBTFUL: readonly (number | null)[] = [4001, 4009];
const HURRY_MS = 3_000;
