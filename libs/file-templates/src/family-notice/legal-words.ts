import type { Agreement } from '@kinledger/programme';

type LawfulBasis = NonNullable<Agreement['lawfulBasis']>;
type OptOut = NonNullable<Agreement['optOut']>;

/** Why a service may hold personal data, in plain words (UK GDPR, Articles 6 and 9, and the duty of confidence). */
export function lawfulSentences({ article6, article9, confidence }: LawfulBasis): readonly string[] {
  return [
    article6Words[article6],
    ...(article9 === undefined
      ? []
      : [
          `Some facts, such as health and ethnic group, need a second reason. Here it is: ${article9Words[article9]}.`,
        ]),
    ...(confidence === undefined ? [] : [confidenceWords[confidence]]),
  ];
}

const article6Words: Readonly<Record<LawfulBasis['article6'], string>> = {
  consent: 'You said yes. In law this is called consent (Article 6).',
  contract: 'It is part of a deal that you made. In law this is called a contract (Article 6).',
  'legal-obligation': 'The law says that it must be done. This is called a legal duty (Article 6).',
  'vital-interests': 'It may save a life. In law this is called vital interests (Article 6).',
  'public-task':
    'It is part of a job that the law gives to a public body. This is called a public task (Article 6).',
  'legitimate-interests':
    'There is a good reason for it, and it does you little harm. In law this is called legitimate interests (Article 6).',
};

const article9Words: Readonly<Record<NonNullable<LawfulBasis['article9']>, string>> = {
  'explicit-consent': 'you said a clear yes to it',
  'employment-social-security': 'the law on work and social care asks for it',
  'vital-interests': 'it may save a life',
  'not-for-profit-body': 'a charity keeps it about its own members',
  'made-public': 'you made it public yourself',
  'legal-claims': 'it is needed in a court case',
  'substantial-public-interest': 'it helps the public a great deal, and a law allows it',
  'health-or-social-care': 'it helps to run health or social care',
  'public-health': 'it helps to keep the public well',
  'archiving-research-statistics': 'it is for research and counts',
};

const confidenceWords: Readonly<Record<NonNullable<LawfulBasis['confidence']>, string>> = {
  consent: 'What you told staff in private is passed on because you agreed.',
  'section-251-support':
    'What you told staff in private is passed on with leave that the law gives (section 251 of the NHS Act 2006).',
  'overriding-public-interest':
    'What you told staff in private is passed on because the good to the public is greater.',
  'not-owed': 'Nothing of it was told in private.',
};

/** How to stop it, in plain words. */
export const stopSentences: Readonly<Record<OptOut, readonly string[]>> = {
  'withdrawal-of-consent': [
    'You can take back your yes on any day. You need not say why.',
    'Ask the service, and tell it the number that it has for you, or your name. Staff will do the rest.',
    'The service marks your record with “no” and sends it again. From then on your record counts no more.',
  ],
  objection: [
    'You can object on any day. Say what it is about you that makes it wrong for you.',
    'Ask the service, and tell it the number that it has for you, or your name. Staff will look at it and write back.',
  ],
  'national-data-opt-out': [
    'You can tell the NHS that your health records may not be used for planning and research. It is called the national data opt-out.',
    'Do it at www.nhs.uk/your-nhs-data-matters, or call 0300 303 5678.',
    'You can ask the service too. Tell it the number that it has for you, or your name.',
  ],
  none: ['There is nothing about you to stop.'],
};
