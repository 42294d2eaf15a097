import { useEffect, useRef } from 'react';

/** For the heading of what just came up: whoever uses a keyboard or a screen reader is taken there, the window follows. */
export function useFocus(when) {
  const heading = useRef(null);
  useEffect(() => {
    heading.current.focus({ preventScroll: true });
    heading.current.closest('section').scrollIntoView({ block: 'nearest' });
  }, [when]);
  return heading;
}
