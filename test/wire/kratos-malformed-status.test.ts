import { STATUSES } from './kratos-malformed-statuses.ts';
import { describeTrials } from './kratos-malformed-trial.ts';

describeTrials(STATUSES);
