"""CodecLM: tailored synthetic instructions for aligning a target model (Wang et al., NAACL 2024)."""

__version__ = "0.1.0"
