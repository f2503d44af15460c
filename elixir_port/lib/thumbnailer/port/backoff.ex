defmodule Thumbnailer.Port.Backoff do
  @moduledoc false
  # How long to wait before the next start of a program that keeps ending: 100 ms, doubled each time up to
  # 30 s, of which a random half is taken off so that instances do not start in step.

  @first 100
  @longest 30_000

  @spec longest() :: pos_integer
  def longest, do: @longest

  @doc "The wait in milliseconds after the `failures`th failure in a row, the first being 1."
  @spec delay(pos_integer) :: pos_integer
  def delay(failures) do
    # More doublings than 9 are over the longest wait.
    full = min(@longest, @first * 2 ** min(failures - 1, 9))
    div(full, 2) + :rand.uniform(div(full, 2))
  end
end
