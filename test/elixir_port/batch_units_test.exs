defmodule Thumbnailer.Batch.UnitsTest do
  use ExUnit.Case, async: true
  doctest Thumbnailer.Batch.Units
end
