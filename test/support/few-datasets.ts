/**
 * Datasets for tests that need some of everything: people and sessions of ten services, in clear and at source, results
 * of a school year, and activity. The example programme has four times as many, and most tests would only wait for them.
 */
const datasets = [
  ...['health-visiting.user', 'early-years-profile.outcome'],
  ...['baby-steps.user', 'baby-steps.engagement'],
  ...['pairs-together-time.user', 'pairs-together-time.engagement'],
  ...['dv-enhanced-caseworkers.user', 'dv-enhanced-caseworkers.engagement'],
  ...['making-it-real.user', 'making-it-real.engagement'],
  ...['natural-thinkers.user', 'natural-thinkers.engagement'],
  ...['doorstep-library.user', 'doorstep-library.engagement'],
  ...['breastfeeding-peer-support.user', 'breastfeeding-peer-support.engagement'],
  ...['community-activity-nutrition.user', 'community-activity-nutrition.engagement'],
  ...['caseload-midwifery.user', 'caseload-midwifery.engagement'],
  ...['family-partnership-model.input', 'capital-programme.input'],
];

/** Options of `kinledger generate` and `kinledger demo`. */
export const fewDatasets: readonly string[] = ['--only', datasets.join(',')];
