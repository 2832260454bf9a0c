import { ABSENCES } from './kratos-malformed-absences.ts';
import { describeTrials } from './kratos-malformed-trial.ts';

describeTrials(ABSENCES);
