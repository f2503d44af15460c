defmodule Plug do
  @moduledoc false

  @callback init(term) :: term
  @callback call(struct, term) :: struct
end

defmodule Plug.Conn do
  @moduledoc false
  # Stands in for the plug library's: what Thumbnailer.Plug calls, as strict as that is in tests. Keeps what was sent.

  defstruct method: "GET",
            path_info: [],
            script_name: [],
            query_string: "",
            req_headers: [],
            resp_headers: [],
            status: nil,
            resp_body: nil,
            file: nil,
            assigns: %{},
            private: %{},
            halted: false

  @statuses %{
    created: 201,
    unprocessable_entity: 422,
    request_entity_too_large: 413,
    service_unavailable: 503
  }

  @doc "A request for a path and query, as an adapter makes it: split, and not decoded."
  def request(address, headers \\ [], method \\ "GET") do
    %URI{path: path, query: query} = URI.parse(address)

    %__MODULE__{
      method: method,
      path_info: String.split(path, "/", trim: true),
      query_string: query || "",
      req_headers: headers
    }
  end

  @doc "The value of a response header, `nil` when there is none."
  def sent_header(conn, name),
    do: conn.resp_headers |> List.keyfind(name, 0, {name, nil}) |> elem(1)

  def get_req_header(conn, name), do: for({^name, value} <- conn.req_headers, do: value)

  def get_resp_header(conn, name), do: for({^name, value} <- conn.resp_headers, do: value)

  def put_resp_header(%{status: nil} = conn, name, value) when is_binary(value) do
    if name != String.downcase(name),
      do: raise(ArgumentError, "header #{name} is not in lower case")

    if value =~ ~r/[\r\n]/, do: raise(ArgumentError, "header #{name} has a line break")
    %{conn | resp_headers: List.keystore(conn.resp_headers, name, 0, {name, value})}
  end

  def put_resp_content_type(conn, type), do: put_resp_header(conn, "content-type", type)

  def put_status(%{status: nil} = conn, status),
    do: %{conn | status: Map.get(@statuses, status, status)}

  def delete_resp_header(%{status: nil} = conn, name),
    do: %{conn | resp_headers: List.keydelete(conn.resp_headers, name, 0)}

  def send_resp(%{status: nil} = conn, status, body) when is_integer(status),
    do: %{conn | status: status, resp_body: IO.iodata_to_binary(body)}

  def send_file(%{status: nil} = conn, status, path, offset \\ 0, length \\ :all)
      when is_integer(status) do
    bytes = read(path)
    length = if length == :all, do: byte_size(bytes) - offset, else: length
    %{conn | status: status, file: path, resp_body: binary_part(bytes, offset, length)}
  end

  # As adapters do, which hand the file to the kernel: without the process that serves all other files of this node.
  defp read(path) do
    {:ok, file} = :file.open(path, [:read, :raw, :binary])
    {:ok, bytes} = :file.read(file, 100_000_000)
    :ok = :file.close(file)
    bytes
  end

  def halt(conn), do: %{conn | halted: true}
end
