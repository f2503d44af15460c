defmodule Thumbnailer.Batch.FormatTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.Format
end
