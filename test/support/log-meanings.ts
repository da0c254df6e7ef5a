/** What a line means, and, from `warn` on, what to do. A runbook is the name of its page. */
export interface LogMeaning {
  readonly means: string;
  readonly mend?: string;
  readonly runbook?: string;
  /** Fields that come from elsewhere than the call. */
  readonly also?: readonly string[];
}

/** By text; a test compares the texts with the sources. */
export const logMeanings: Readonly<Record<string, LogMeaning>> = {
  ready: { means: 'The service listens.' },
  stopping: { means: 'The service was told to stop, and finishes its work.' },
  stopped: { means: 'The service has finished, and exits with 0.' },
  request: { means: 'A request changed something or was refused. Successful reading is at `debug`.' },
  'the caller closed the connection': { means: 'Before the answer was complete.' },
  'cannot start': {
    means: 'The service exits with 1. If settings are wrong, `problems` names each.',
    mend: 'Correct what the line names; an orchestrator starts the service again.',
  },
  'an error was not handled': {
    means: 'A defect. The service exits with 1, and starts again from what is durable.',
    mend: 'Report it with the line. If the service does not stay up:',
    runbook: 'KinledgerServiceAway',
  },
  'did not stop cleanly': {
    means: 'The service exits with 1; what was durable stays so.',
    mend: 'Nothing, if it happens once. Report it with the line otherwise.',
  },
  'did not stop within the grace period': {
    means: 'Work in progress was cut off; it is done again at the next start.',
    mend: 'If it recurs, raise `KINLEDGER_SHUTDOWN_GRACE_SECONDS` and the pod’s grace period.',
  },
  'a request failed': {
    means: 'A request was answered with 500 or above, by a failure of ours; `requestId` is in the answer.',
    mend: 'Look at the error.',
    runbook: 'KinledgerRequestsFailFast',
  },
  'all callers are refused: correct the access file': {
    means: 'The access file cannot be read, so that nobody gets in.',
    mend: 'Correct the file; it is read again by itself.',
  },
  'a dependency is unreachable': {
    means: 'Work that needs it waits. Logged once, and again when the reason changes.',
    mend: 'Restore the dependency.',
    runbook: 'KinledgerEventStoreAway',
  },
  'a dependency answers again': { means: 'Work has resumed, after so many seconds.' },
  'a finding': {
    means: 'A setting of the ledger’s store endangers the ledger, or deserves a look.',
    mend: 'Do what the finding says.',
    runbook: 'KinledgerLedgerSettings',
  },
  'a finding is resolved': { means: 'The setting is as it should be.' },
  'a batch failed; it will be delivered again': {
    means: 'Messages could not be handled or received. They are tried again, after growing pauses.',
    mend: 'Look at the error, if it recurs.',
    runbook: 'KinledgerBatchesFail',
  },
  'a message could not be read and was set aside': {
    means: 'It is in the dead-letter topic, with the reason in its headers.',
    mend: 'Find out who published it.',
    runbook: 'KinledgerMessagesSetAside',
  },
  'consumers are stalled although messages wait': {
    means: 'A consumer neither progresses nor fails.',
    mend: 'An orchestrator restarts the service, because it is no longer alive.',
    runbook: 'KinledgerConsumersStalled',
  },
  'consumers have resumed': { means: 'Stalled consumers progress again.' },
  'messages wait in the outbox': {
    means: 'They could not be moved to the bus; they wait, and are moved later.',
    mend: 'Look at the bus.',
    runbook: 'KinledgerOutboxWaits',
  },
  'the message bus does not store messages': {
    means: 'A publish has waited for five seconds, or failed. What is to be published waits.',
    mend: 'Look at the brokers: at least as many must be in sync as topics demand.',
    runbook: 'KinledgerMessageBusAway',
  },
  'the message bus stores messages again': { means: 'What waited has been published.' },
  'the topics are new: everything that was accepted is published again': {
    means: 'The bus was made anew; what was on its way with the former topics arrives after all.',
    mend: 'Nothing, after a restore. Else find out who deleted the topics.',
  },
  'orders were lost with the former topics unless a reply still comes: somebody has to ask for them again': {
    means: 'Orders that cannot be sent again, because they name a person, had no reply yet.',
    mend: 'Ask for each again; its id is in `commands`.',
  },
  'the topics are new: decisions and replies are published from the beginning again': {
    means: 'The bus was made anew. Subscribers know repeats by their ids.',
    mend: 'Nothing, after a restore. Else find out who deleted the topics.',
  },
  'the connection that listens for messages failed': {
    means: 'The service polls until it has another one.',
    mend: 'Nothing, unless it recurs: then look at the database of the bus.',
  },
  'traces cannot be sent; the service works on without them': {
    means:
      'The collector is away or refuses spans, or an `OTEL_` variable is wrong. Logged at most every ten minutes.',
    mend: 'Look at the collector and its address.',
  },

  'file received': { means: 'An upload was read and validated; `state` says whether it may be submitted.' },
  'file refused': { means: 'An upload could not be read; nothing of it was kept.' },
  'mapping saved': {
    means: 'Somebody confirmed a mapping of a provider’s titles and values; `version` is new.',
  },
  'mapping deleted': { means: 'Somebody deleted a saved mapping with all its versions.' },
  submitted: { means: 'An upload became a submission; `repeated` if it was one before.' },
  withdrawn: { means: 'Somebody withdrew a submission; the linker carries it out.' },
  'un-parking requested': { means: 'Somebody asked that a parked submission be tried again.' },
  'mail sent': { means: 'The mail server took a mail, after so many attempts.' },
  'mails are sent again': { means: 'After so many failures.' },
  'no mail can be sent; trying again': {
    means: 'The access file or the database could not be read. Mails wait; nothing else waits for them.',
    mend: 'Look at the error.',
  },
  'a mail was not taken; it is sent again': {
    means: 'The mail server is away, hangs or refuses for now; `code` and `status` say which.',
    mend: 'Nothing, if it happens once.',
    runbook: 'KinledgerMailsWait',
  },
  'the mail server knows no recipient of a mail': {
    means: 'The server refused every address of the provider’s accounts for good; the mail is not repeated.',
    mend: 'Correct the addresses: `kinledger accounts email`.',
  },
  'a mail was given up': {
    means: 'It was tried for three days, or for twelve hours if it was a reminder.',
    mend: 'The pages have what it said.',
    runbook: 'KinledgerMailsWait',
  },
  'nil return made': { means: 'Somebody stated that there is nothing to report for a dataset and period.' },
  'nil return undone': { means: 'Somebody took such a statement back: the return is expected again.' },
  'uploads expired': { means: 'Uploads that nobody submitted in time were deleted.' },
  'an upload contained clear text in place of digests': {
    means: 'A provider sent identifiers where digests are due. They are rejected.',
    mend: 'Tell the provider.',
    runbook: 'KinledgerClearTextWhereDigestsAreDue',
  },
  'a file contained the salt: treat the salt as leaked': {
    means: 'The shared secret stood in a file. Nothing of the file was kept.',
    mend: 'Begin the procedure for a leaked secret.',
    runbook: 'KinledgerSaltCameWithAFile',
  },
  'the sweep failed; it will be retried': {
    means: 'Expired uploads were not deleted.',
    mend: 'Look at the database of the restricted zone, if it recurs.',
  },
  'asked for about a person': { means: 'The data team asked for an act about a person.' },
  'erasure of a person ordered': { means: 'The order to erase a person is on its way to the linker.' },
  'erasure requested': { means: 'Somebody ordered that records be erased.' },
  'closing of a quarter ordered': { means: 'Somebody ordered that a quarter be closed.' },
  'publication of a quarter ordered': { means: 'Somebody ordered that a closed quarter be published.' },
  'withdrawal of a release ordered': { means: 'Somebody ordered that published figures be withdrawn.' },
  'rotation of the token key requested': { means: 'Somebody ordered a rotation of the token keys.' },

  'file pseudonymised': { means: 'All rows of a file are published as tokens; its landed rows are deleted.' },
  'file cannot be processed; its rows wait in the landing store': {
    means: 'The submission is parked.',
    mend: 'Do what the reason needs, then un-park or withdraw it.',
    runbook: 'KinledgerSubmissionParked',
  },
  'request about a person answered': { means: 'The pseudonymiser has carried out an act about a person.' },
  'suppressions taken from the list': {
    means: 'At its start the service took suppressions from the list outside the database.',
  },
  'a line of the list of suppressions cannot be read, and is left out': {
    means: 'Somebody whom that line suppresses may come back.',
    mend: 'Restore the list from a copy.',
    runbook: 'KinledgerErasureListUnreadable',
  },

  'the linker’s state': { means: 'Standby, recovering, deciding or stopped.' },
  'file decided': { means: 'A submission is in the ledger, with its outcome.' },
  'command decided': { means: 'A person’s command was carried out or refused.' },
  snapshot: { means: 'The linker kept a snapshot of its index, or began with one.' },
  're-keying bodies': { means: 'A rotation of the token keys has begun to re-key the bodies.' },
  'deciding failed; retrying from the ledger': {
    means: 'The linker reads the ledger again and tries again. Logged once, and again for another reason.',
    mend: 'Nothing, if it resumes. Otherwise look at the error.',
    runbook: 'KinledgerFileWaits',
    also: ['submission'],
  },
  'the ledger was read again, and deciding has resumed': { means: 'After so many failures.' },
  'the linker has halted until a person has investigated': {
    means: 'The ledger and what should be in it contradict each other; nothing more is decided.',
    mend: 'Do not restart it before you know why.',
    runbook: 'KinledgerLinkerHalted',
  },
  'the decision loop ended by itself': {
    means: 'A defect. The service stops, and starts again.',
    mend: 'Report it with the line.',
  },
  'another process has appended to the ledger; it is read again': {
    means: 'Another linker took over.',
    mend: 'Nothing, unless it recurs: then two linkers run that do not see each other’s lease.',
  },
  'the lease could not be acquired or renewed': {
    means: 'The platform database did not answer; the standby may take over.',
    mend: 'Look at the database, if it recurs.',
    runbook: 'KinledgerNoLinkerAtWork',
  },
  'messages claim a place that different messages hold; the earlier messages stay': {
    means: 'Two messages with the same number differ. The later one was left out.',
    mend: 'Find out who published it: a restored intake, or a second one.',
    runbook: 'KinledgerMessagesSetAside',
  },
  'figures came as a person’s command: they are not recorded': {
    means: 'A message that only the projector may send came on the topic of people’s commands.',
    mend: 'Find out who sent it.',
  },
  'publishing failed; retrying from the same position': {
    means: 'Decisions are in the ledger and not yet on the bus.',
    mend: 'Look at the bus.',
    runbook: 'KinledgerOutboxWaits',
  },
  'publishing has resumed': { means: 'After so many failures.' },
  'a checkpoint could not be signed or copied; retrying': {
    means: 'The ledger grows without a signature.',
    mend: 'Look at the error: the key, the folder of copies, or the database.',
    runbook: 'KinledgerLedgerNotSigned',
  },
  'the whole ledger is signed again': { means: 'After so many failures.' },
  'the signing key is changed: the new one signs from this position on': {
    means: 'The configured key came into force.',
    mend: 'If nobody planned it, find out who changed the key.',
  },
  'the snapshot cannot be used; the whole ledger is read': {
    means: 'It does not fit the ledger, strategy or program, as after an upgrade. The start takes longer.',
    mend: 'Nothing.',
  },
  'the snapshot could not be written; the next one will be tried later': {
    means: 'The next start reads more of the ledger.',
    mend: 'Look at the error, if it recurs.',
  },
  'a line of the list of erasures is unreadable, and not executed': {
    means: 'Somebody may not be erased.',
    mend: 'Correct the line.',
    runbook: 'KinledgerErasureListUnreadable',
  },
  'the list of erasures names records that the ledger does not have': {
    means: 'They are erased if they arrive, as after a restore.',
    mend: 'Nothing, if it follows a restore.',
  },
  'the pseudonymiser has not answered a request to wrap tokens; the linker waits for it': {
    means: 'A rotation of keys stands still.',
    mend: 'See that the pseudonymiser runs and has the new key.',
  },
  'topics could not be trimmed after an erasure; retrying': {
    means: 'Messages with tokens of an erased person are still on the bus.',
    mend: 'Look at the bus, if it recurs.',
    runbook: 'KinledgerErasureOverdue',
  },
  'topics hold messages from before an erasure that a consumer group has not read: they are deleted once it has':
    {
      means: 'An erasure waits for a consumer.',
      mend: 'Start the consumer, or forget its group.',
      runbook: 'KinledgerErasureOverdue',
    },

  'file in figures': { means: 'Figures count a submission, so many seconds after it was accepted.' },
  'live projection failed; it starts again from its checkpoint': {
    means: 'Figures stay as they are meanwhile. Logged once, and again for another reason.',
    mend: 'Nothing, if it goes on. Otherwise look at the error.',
    runbook: 'KinledgerFiguresBehind',
  },
  'live projection goes on': { means: 'After so many failures.' },
  'nothing more is projected until a person has looked': {
    means: 'The ledger has an event that this version cannot read.',
    mend: 'Do not restart it before you know why.',
    runbook: 'KinledgerProjectorHalted',
  },
  'rebuild failed': {
    means: 'The live read models are as before.',
    mend: 'Look at the error, and order the rebuild again.',
  },
  'computing a quarter again failed': {
    means: 'The question is answered with a failure.',
    mend: 'Look at the error, and ask again.',
  },
  'examining a referral failed': {
    means: 'A reviewer’s look at a doubtful link is answered with a failure. Nothing was recorded.',
    mend: 'Look at the error, and look again.',
  },
  'the thread that examines referrals failed while it waited': {
    means:
      'Its memory is given back. The next look at a doubtful link reads the ledger anew, and takes longer.',
    mend: 'Nothing, unless it happens again: then look at the error.',
  },
  'an extract of a study broke off': {
    means:
      'Its reader went away, or the database failed. Nothing that is complete was handed out, and the list of extracts says so.',
    mend: 'Nothing, if the reader asks again. Otherwise look at the error.',
  },
  'explaining an individual failed': {
    means: 'The question is answered with a failure.',
    mend: 'Look at the error, and ask again.',
  },
};
