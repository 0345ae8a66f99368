/** Kinds of cases by name: light to load, for the commands' help. What answers them is loaded when a file is. */
export const statisticsKindNames = [
  'constants',
  'xbar-r',
  'xbar-s',
  'i-mr',
  'p',
  'np',
  'c',
  'u',
  'ewma',
  'cusum',
  'capability',
  'normality',
  'run-rules',
  'grr-anova',
  'grr-average-range',
  'attribute-agreement',
  'kappa',
  'bias',
  'linearity',
  'sampling-plan',
  'sampling-switching',
  'false-alarms',
] as const;

export const kpiKindNames = ['oee', 'oee-event-log', 'iso22400'] as const;
