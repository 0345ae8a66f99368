/** Codes of units for printed lists. */
import { toSVG } from 'bwip-js/node';

export interface UnitCode {
  readonly serial: string;
  readonly dataMatrix: string;
}

/** DataMatrix of a serial number (ISO/IEC 16022), as a scan of the unit itself would read. */
export const unitCode = (serial: string): UnitCode => ({
  serial,
  dataMatrix: toSVG({
    bcid: 'datamatrix',
    text: serial,
    scale: 1,
    barcolor: '000000',
    backgroundcolor: 'ffffff',
    padding: 2,
  }),
});
