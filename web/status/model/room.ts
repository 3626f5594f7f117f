/** Everything that lives while one person is signed in: connection, roster, rows, editor. Ends with `stop`. */

import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Reply } from '../../shared/http';
import { serverNow } from '../../shared/clock';
import { locale } from '../../shared/i18n';
import { putStatus, type Account, type Settings } from './api';
import { Announcer } from './announcer';
import { storedDraft, storeDraft } from './draft';
import { StatusEditor } from './editor';
import { Follower, type Origin } from './follower';
import type { Info } from './frames';
import { Link } from './link';
import { People } from './people';
import { replaces, Roster, type Change } from './roster';
import { Subscription } from './subscription';

export class Room {
  readonly name: string;
  readonly editor: StatusEditor;
  readonly link: Link;
  readonly people: People;
  readonly subscription: Subscription;
  readonly announcer = new Announcer();
  readonly #roster = new Roster();
  readonly #follower: Follower;
  readonly #own: Signal<Info>;
  readonly #seen = signal(false);
  readonly #liveUntil = signal<number | null>(null);
  readonly #stopWatching: (() => void)[] = [];

  /** `handleSessionDoubt`: an answer or a close code says that the session may be over. */
  constructor(settings: Settings, account: Account, handleSessionDoubt: () => void) {
    this.name = account.name;
    this.#own = signal(account.info);
    this.people = new People(account.name, locale);
    this.#follower = new Follower(this.#roster, this.people, (news) => this.announcer.note(news, account.name));
    this.editor = new StatusEditor(this.#surroundings(handleSessionDoubt), storedDraft(account.name));
    this.link = new Link(settings.appKey);
    this.subscription = new Subscription(this.link, settings.channel, this.#roster, {
      handleChanges: (changes, origin) => this.#handleChanges(changes, origin),
      handleUnauthorized: handleSessionDoubt,
    });
    this.#watch(handleSessionDoubt);
  }

  /** Whether the list has been filled once; until then there is nothing to show, stale or not. */
  get seen(): ReadonlySignal<boolean> {
    return this.#seen;
  }

  /** When the list stopped being up to date; null while it is, or was never. */
  readonly staleSince = computed(() => (this.subscription.live.value ? null : this.#liveUntil.value));

  stop(): void {
    for (const stop of this.#stopWatching) stop();
    this.subscription.stop();
    this.link.stop();
    this.#follower.stop();
    this.announcer.clear();
  }

  #watch(handleSessionDoubt: () => void): void {
    // `subscribe` and not `effect`: what the callbacks read must not make them run again.
    this.#stopWatching.push(
      this.link.state.subscribe((state) => {
        if (state.kind === 'refused' && state.code === UNAUTHORIZED) handleSessionDoubt();
      }),
      this.subscription.live.subscribe((live) => {
        if (live) this.#handleLive();
        else if (this.#seen.peek()) this.#liveUntil.value = serverNow();
      }),
    );
  }

  #handleLive(): void {
    this.#seen.value = true;
    this.link.handleLive();
    void this.editor.retryUnsent();
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

  #surroundings(handleSessionDoubt: () => void) {
    return {
      known: this.#own,
      now: serverNow,
      remember: (draft: string | null) => storeDraft(this.name, draft),
      put: async (text: string, mutation: string): Promise<Reply<Info>> => {
        const reply = await putStatus(text, mutation);
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

const UNAUTHORIZED = 4009;
