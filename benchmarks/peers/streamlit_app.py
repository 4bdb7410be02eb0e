"""The overview of the home page, as one writes it in Streamlit. PEER_DATA names the figures (JSON)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pandas as pd
import streamlit as st

data = json.loads(Path(os.environ["PEER_DATA"]).read_text(encoding="utf-8"))
st.set_page_config(page_title=data["title"], layout="wide")
st.title(data["title"])
st.write(data["lead"])
for column, goal in zip(st.columns(len(data["goals"])), data["goals"], strict=True):
    with column:
        st.subheader(goal["name"])
        st.metric(goal["indicator"], goal["value"])
        st.progress(goal["share"])
        st.caption(goal["counts"])
st.dataframe(pd.DataFrame(data["indicators"]), hide_index=True)
